export type {
  HistogramSample,
  InstrumentedScorer,
  InstrumentedVersion,
  MetricFamily,
  ValueSample,
} from './families.js';
export { instrument } from './instrument.js';
export type { OpenTelemetryApi } from './load-api.js';
export type { InstrumentOptions } from './options.js';
