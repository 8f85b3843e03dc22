import type { MetricFamily } from '../../api/metrics.js';
import { metricsOf, readTextOptions } from './options.js';
import { type Series, seriesOf } from './series.js';
import type { MetricsScorer, TextOptions } from './types.js';

/** The `Content-Type` of what `text` gives by default. */
export const contentType = 'text/plain; version=0.0.4; charset=utf-8';
/** The `Content-Type` of what `text` gives with `format: 'openmetrics'`. */
export const openMetricsContentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/**
 * All metrics of a scorer as text, for hosts that have no registry: answer `GET /metrics` with it, and with `contentType`.
 *
 * @throws {InvalidOptionsError} where an option is not as documented.
 */
export function text(scorer: MetricsScorer, options?: TextOptions): string {
  const { prefix, labels, isOpenMetrics } = readTextOptions(options);
  const lines: string[] = [];
  for (const family of metricsOf(scorer)) {
    const name = prefix + family.name;
    lines.push(...headOf(family, name, isOpenMetrics));
    for (const series of seriesOf(family, labels)) lines.push(lineOf(series, name, isOpenMetrics));
  }
  if (isOpenMetrics) lines.push('# EOF');
  return `${lines.join('\n')}\n`;
}

function headOf({ type, help, unit }: MetricFamily, name: string, isOpenMetrics: boolean): string[] {
  // OpenMetrics names a counter without its ending, and escapes quotes in help texts too.
  const family = isOpenMetrics ? name.replace(/_total$/, '') : name;
  const escaped = escapeText(help);
  const lines = [
    `# HELP ${family} ${isOpenMetrics ? escaped.replaceAll('"', '\\"') : escaped}`,
    `# TYPE ${family} ${type}`,
  ];
  if (isOpenMetrics && unit !== null) lines.push(`# UNIT ${family} ${unit}`);
  return lines;
}

function lineOf({ suffix, labels, le, value }: Series, name: string, isOpenMetrics: boolean): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeText(text).replaceAll('"', '\\"')}"`);
  if (le !== undefined) pairs.push(`le="${isOpenMetrics && Number.isInteger(le) ? `${le}.0` : numberText(le)}"`);
  return `${name}${suffix}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${numberText(value)}`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value);
}
