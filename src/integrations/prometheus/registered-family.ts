import type { MetricAggregation, MetricFamily, MetricType } from '../../api/metrics.js';
import type { LabelledFamily } from './exposition.js';
import { seriesOf } from './series.js';

/** What a registry of prom-client prints, or sends to the process that adds up over a cluster. */
interface FamilyValues {
  name: string;
  help: string;
  type: MetricType;
  aggregator: MetricAggregation;
  values: { labels: Record<string, string | number>; value: number; metricName?: string }[];
}

/** A family as a registry of prom-client takes it: an object that is asked for its values at each scrape. */
export class RegisteredFamily {
  /** A registry of the OpenMetrics format changes it: it takes the ending `_total` off. */
  name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly aggregator: MetricAggregation;
  readonly #fullName: string;
  readonly #read: () => LabelledFamily[];

  constructor({ name, help, type, aggregation }: MetricFamily, prefix: string, read: () => LabelledFamily[]) {
    this.#fullName = prefix + name;
    this.name = this.#fullName;
    this.help = help;
    this.type = type;
    this.aggregator = aggregation;
    this.#read = read;
  }

  get(): FamilyValues {
    const { name, help, type, aggregator } = this;
    const values: FamilyValues['values'] = [];
    for (const { family, labels } of this.#read()) {
      for (const series of seriesOf(family, labels)) {
        const { suffix, value, le } = series;
        const own =
          le === undefined ? series.labels : { ...series.labels, le: le === Number.POSITIVE_INFINITY ? '+Inf' : le };
        // A counter's name is the registry's to end, by its format.
        values.push(
          suffix === '' ? { labels: own, value } : { labels: own, value, metricName: this.#fullName + suffix },
        );
      }
    }
    return { name, help, type, aggregator, values };
  }

  /** `resetMetrics()` of a registry is for tests of the host's: what a scorer has counted stays. */
  reset(): void {}
}
