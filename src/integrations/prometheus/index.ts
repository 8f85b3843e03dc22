/**
 * Metrics of a scorer on a Prometheus registry, or as text.
 *
 * @module
 */
import { Exposition } from './exposition.js';
import { metricsOf, readRegisterOptions } from './options.js';
import type { MetricsScorer, RegisterOptions } from './types.js';

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
export { contentType, openMetricsContentType, text } from './text.js';
export type { MetricsScorer, PrometheusRegistry, RegisterOptions, TextOptions } from './types.js';

/**
 * Puts all metrics of a scorer on the host's own registry, of prom-client 15 or `@prometheus-io/client`. They are read when the registry is
 * scraped: nothing is counted twice, and a request costs nothing more.
 *
 * @returns takes them away again. Call it when the scorer is closed: until then it shows what the scorer counted last.
 * @throws {InvalidOptionsError} where an option is not as documented, the scorer is registered with the same labels already, another scorer has
 * the same labels, or the registry has a metric of the same name.
 */
export function registerMetrics(scorer: MetricsScorer, options: RegisterOptions): () => void {
  const { register, prefix, labels } = readRegisterOptions(options);
  const [first] = metricsOf(scorer);
  return Exposition.of(register, prefix, first?.name ?? '').add(scorer, labels);
}
