import type {
  HistogramSample,
  MetricAggregation,
  MetricBucket,
  MetricFamily,
  MetricSample,
  MetricUnit,
} from '../../api/metrics.js';

/** The name and meaning of a family. */
export interface FamilyDescription {
  /** Without a prefix. A counter's name ends in `_total`. */
  name: string;
  help: string;
  unit?: MetricUnit;
  /** @default 'sum' */
  aggregation?: MetricAggregation;
}

export type Labels = Record<string, string>;

/** A sample of a collector. */
export type Value = readonly [labels: Labels, value: number];

export interface Distribution {
  labels: Labels;
  count: number;
  sum: number;
  /** Observations up to each bound and above the previous bound. */
  counts: readonly number[];
}

/** A family of counters. Values with the same labels are added up. */
export function counter(description: FamilyDescription, values: readonly Value[]): MetricFamily {
  return { ...headOf(description), type: 'counter', samples: samplesOf(values) };
}

/** A family of gauges. Values with the same labels are added up. */
export function gauge(description: FamilyDescription, values: readonly Value[]): MetricFamily {
  return { ...headOf(description), type: 'gauge', samples: samplesOf(values) };
}

/**
 * A family of histograms. No two distributions may have the same labels. @param bounds the bounds of the buckets, in the family's unit.
 */
export function histogram(
  description: FamilyDescription,
  bounds: readonly number[],
  distributions: readonly Distribution[],
): MetricFamily {
  const samples = distributions.map(({ labels, count, sum, counts }): HistogramSample => {
    let seen = 0;
    const buckets = bounds.map((le, index): MetricBucket => {
      seen += counts[index] ?? 0;
      return { le, count: seen };
    });
    return { labels, count, sum, buckets };
  });
  return { ...headOf(description), type: 'histogram', samples };
}

function headOf({ name, help, unit = null, aggregation = 'sum' }: FamilyDescription) {
  return { name, help, unit, aggregation };
}

function samplesOf(values: readonly Value[]): MetricSample[] {
  const samples = new Map<string, MetricSample>();
  for (const [labels, value] of values) {
    const key = Object.values(labels).join('\u0000');
    const known = samples.get(key);
    if (known === undefined) samples.set(key, { labels, value });
    else known.value += value;
  }
  return [...samples.values()];
}
