/**
 * Metrics and spans of a scorer through `@opentelemetry/api`.
 *
 * @module
 */
export type {
  HistogramSample,
  MetricAggregation,
  MetricBucket,
  MetricFamily,
  MetricFamilyOf,
  MetricSample,
  Metrics,
  MetricType,
  MetricUnit,
} from '../../api/metrics.js';
export { instrument } from './instrument.js';
export type { OpenTelemetryApi } from './load-api.js';
export type { InstrumentOptions } from './options.js';
export type { InstrumentedScorer } from './types.js';
