/** A counter only grows. A gauge is a current value. A histogram counts observations in buckets, and its counts only grow. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** The unit of a metric, in the base units of Prometheus; null for a plain number. */
export type MetricUnit = 'seconds' | 'rows' | 'ratio' | null;

/** How to combine the samples of several processes into one value. */
export type MetricAggregation = 'sum' | 'max' | 'min' | 'average';

/** One value. */
export interface MetricSample {
  labels: Record<string, string>;
  value: number;
}

/** A bucket of a histogram. */
export interface MetricBucket {
  /** The upper bound of the bucket, in the family's unit. The bucket includes it. */
  le: number;
  /** The number of observations of at most `le`. It includes the observations of all smaller buckets. */
  count: number;
}

/** One distribution. */
export interface HistogramSample {
  labels: Record<string, string>;
  /** The number of all observations. Prometheus calls this the bucket `+Inf`. */
  count: number;
  /** The sum of all observations, in the family's unit. */
  sum: number;
  /** Sorted by ascending `le`. */
  buckets: MetricBucket[];
}

/** The fields that all families share. */
export interface MetricFamilyOf<Type extends MetricType, Sample> {
  /** The Prometheus name without the prefix `fraud_scorer_`, such as `requests_total`. */
  name: string;
  help: string;
  type: Type;
  unit: MetricUnit;
  aggregation: MetricAggregation;
  /** May be empty. No two samples have the same labels. */
  samples: Sample[];
}

/** Metrics that share a name and differ by their labels. `type` tells the form of the samples. */
export type MetricFamily =
  | MetricFamilyOf<'counter' | 'gauge', MetricSample>
  | MetricFamilyOf<'histogram', HistogramSample>;

/** All metrics of a scorer, as plain JSON. Every family is always present, in the same order. */
export type Metrics = MetricFamily[];

/** Options of `metrics()`. */
export interface MetricsOptions {
  /**
   * Upper bounds of the latency buckets, in milliseconds: 1 to 50 ascending numbers from 0.001 to 100,000. The narrower the buckets, the
   * more exact are the percentiles that Prometheus computes. @default 0.25 to 10_000 in 21 steps
   */
  latencyBucketsMs: readonly number[];
}
