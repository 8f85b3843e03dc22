import type { Metrics } from '../../api/metrics.js';
import { InvalidOptionsError } from '../../errors.js';
import { FieldReader } from '../../validation/field-reader.js';
import {
  isRegistry,
  type MetricsScorer,
  type PrometheusRegistry,
  type RegisterOptions,
  type TextOptions,
} from './types.js';

/** What every series of a scorer gets: complete and valid. */
export interface SeriesOptions {
  prefix: string;
  labels: Readonly<Record<string, string>>;
}

const defaultPrefix = 'fraud_scorer_';

/** Labels that the metrics have themselves, or that Prometheus gives a meaning. */
export const ownLabels: ReadonlySet<string> = new Set([
  ...['le', 'quantile', 'job', 'instance'],
  ...['version', 'outcome', 'decision', 'error', 'reason', 'result', 'state', 'role', 'name', 'provider'],
  ...['from', 'to', 'fraud', 'rule', 'kind', 'feature', 'device'],
]);

const labelsExpected =
  'an object of label names (letters, digits and _, not the names that metrics have themselves, such as version) and texts';

/** @throws {InvalidOptionsError} where one is not as documented. */
export function readRegisterOptions(options: RegisterOptions): SeriesOptions & { register: PrometheusRegistry } {
  const reader = new FieldReader(options);
  const register = reader.required('register', 'a registry of prom-client or @prometheus-io/client', isRegistry);
  const series = readSeries(reader);
  reader.rejectUnknown().throwIfInvalid();
  if (register === undefined) throw new Error('options without a registry were taken');
  return { ...series, register };
}

/** @param path what the options are called in issues. @throws {InvalidOptionsError} where one is not as documented. */
export function readTextOptions(
  options: TextOptions | undefined,
  path = '',
): SeriesOptions & { isOpenMetrics: boolean } {
  const reader = new FieldReader(options, path);
  const series = readSeries(reader);
  const format = reader.oneOf('format', ['prometheus', 'openmetrics'], 'prometheus');
  reader.rejectUnknown().throwIfInvalid();
  return { ...series, isOpenMetrics: format === 'openmetrics' };
}

/** @throws {InvalidOptionsError} where it is no scorer. */
export function metricsOf(scorer: MetricsScorer): Metrics {
  const isScorer = typeof scorer === 'object' && scorer !== null && typeof scorer.metrics === 'function';
  if (isScorer) return scorer.metrics();
  throw new InvalidOptionsError([
    { path: 'scorer', expected: 'a FraudScorer', received: scorer === null ? 'null' : typeof scorer },
  ]);
}

function readSeries(reader: FieldReader): SeriesOptions {
  const prefix = reader.value('prefix', "letters, digits, _ and :, such as 'fraud_scorer_', or ''", isPrefix);
  const labels = reader.value('labels', labelsExpected, areLabels) ?? {};
  return { prefix: prefix ?? defaultPrefix, labels: { ...labels } };
}

function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(value);
}

function areLabels(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, text]) =>
      /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) &&
      !name.startsWith('__') &&
      !ownLabels.has(name) &&
      typeof text === 'string',
  );
}
