import { readTextOptions } from '../../prometheus/options.js';
import { contentType, openMetricsContentType, text } from '../../prometheus/text.js';
import { json, type RouteContext, type RouteDefinition } from '../context.js';

const read = { method: 'GET', accepts: null, maxBodyBytes: 0 } as const;

/** GET `/summary`: what `summary()` gives. */
export function summaryRoutes({ scorer }: RouteContext): RouteDefinition[] {
  if (scorer.summary === undefined) return [];
  return [{ ...read, path: '/summary', name: 'summary', answer: () => json(scorer.summary?.()) }];
}

/** GET `/metrics`, where it was asked for: the metrics as Prometheus reads them. */
export function metricsRoutes({ scorer, options }: RouteContext): RouteDefinition[] {
  const { metrics } = options;
  if (metrics === null) return [];
  const source = { metrics: () => scorer.metrics?.() ?? [] };
  // Options that are not as documented are found now, not at the first scrape.
  readTextOptions(metrics, 'metrics');
  const type = metrics.format === 'openmetrics' ? openMetricsContentType : contentType;
  const answer: RouteDefinition['answer'] = () => ({
    status: 200,
    headers: { 'Content-Type': type, 'Cache-Control': 'no-store' },
    body: text(source, metrics),
  });
  return [{ ...read, path: '/metrics', name: 'metrics', answer }];
}
