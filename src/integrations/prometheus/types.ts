import type { Metrics } from '../../api/metrics.js';

/** What is needed of a scorer: `FraudScorer` has it. */
export interface MetricsScorer {
  /** Everything counted, as plain data; read at each scrape. */
  metrics(): Metrics;
}

/** What is needed of a registry: the class `Registry` of prom-client 15 and of `@prometheus-io/client` has it. */
export interface PrometheusRegistry {
  /** Adds a metric. */
  registerMetric(metric: object): void;
  /** The metric of a name; undefined where there is none. */
  getSingleMetric(name: string): unknown;
  /** Takes a metric off. */
  removeSingleMetric(name: string): void;
}

/** Options of `registerMetrics`. */
export interface RegisterOptions {
  /** The host's own registry. */
  register: PrometheusRegistry;
  /** What the names of the metrics begin with; may be empty. @default 'fraud_scorer_' */
  prefix?: string | undefined;
  /**
   * Labels of all series of this scorer. Two scorers on one registry must differ by them: `{ scorer: 'cards' }`. No user, merchant or id
   * belongs here. @default none
   */
  labels?: Readonly<Record<string, string>> | undefined;
}

/** Options of `text`. */
export interface TextOptions extends Omit<RegisterOptions, 'register'> {
  /** @default 'prometheus' */
  format?: 'prometheus' | 'openmetrics' | undefined;
}

export function isRegistry(value: unknown): value is PrometheusRegistry {
  if (typeof value !== 'object' || value === null) return false;
  return ['registerMetric', 'getSingleMetric', 'removeSingleMetric'].every(
    (method) => typeof Reflect.get(value, method) === 'function',
  );
}
