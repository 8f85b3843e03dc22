/** A counter only grows. A gauge is what is seen now. A histogram counts observations in buckets, and only grows. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** What a metric is counted in, in the base units of Prometheus; null for a plain number. */
export type MetricUnit = 'seconds' | 'rows' | 'ratio' | null;

/** How the samples of several processes come to one. */
export type MetricAggregation = 'sum' | 'max' | 'min' | 'average';

/** One value. */
export interface MetricSample {
  labels: Record<string, string>;
  value: number;
}

/** A bucket of a histogram. */
export interface MetricBucket {
  /** The upper end of the bucket, which it includes, in the family's unit. */
  le: number;
  /** Observations of at most `le`: those of all smaller buckets are among them. */
  count: number;
}

/** One distribution. */
export interface HistogramSample {
  labels: Record<string, string>;
  /** All observations: what Prometheus calls the bucket `+Inf`. */
  count: number;
  /** The sum of all observations, in the family's unit. */
  sum: number;
  /** By ascending `le`. */
  buckets: MetricBucket[];
}

/** What all families have in common. */
export interface MetricFamilyOf<Type extends MetricType, Sample> {
  /** In the form of Prometheus, without the prefix `fraud_scorer_`: `requests_total`. */
  name: string;
  help: string;
  type: Type;
  unit: MetricUnit;
  aggregation: MetricAggregation;
  /** May be empty. No two have the same labels. */
  samples: Sample[];
}

/** Metrics of one name that differ by their labels. `type` tells which form its samples have. */
export type MetricFamily =
  | MetricFamilyOf<'counter' | 'gauge', MetricSample>
  | MetricFamilyOf<'histogram', HistogramSample>;

/** All that a scorer counts and sees, as plain JSON. Every family is always there, in the same order. */
export type Metrics = MetricFamily[];

/** What `metrics()` gives. */
export interface MetricsOptions {
  /**
   * Upper ends of the buckets of durations, in milliseconds: 1 to 50 ascending numbers from 0.001 to 100,000. A percentile that Prometheus
   * computes is as exact as the buckets around it are narrow. @default 0.25 to 10_000 in 21 steps
   */
  latencyBucketsMs: readonly number[];
}
