import type { Attributes, BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { MetricFamily } from '../../api/metrics.js';
import type { InstrumentedScorer } from './types.js';

/** Units as OpenTelemetry writes them (UCUM). */
const units: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By', ratio: '1', rows: '{row}' };

const suffixes = /_(total|seconds|bytes|ratio)$/;

/** Reads a family's samples into the instruments that it has here. */
type Reader = (result: BatchObservableResult, family: MetricFamily, attributes: Attributes) => void;

/**
 * Puts a scorer's metrics on a meter, as instruments that are read when the host's reader collects.
 *
 * @param attributes of every measurement.
 * @returns what takes them off.
 */
export function observeMetrics(meter: Meter, scorer: InstrumentedScorer, attributes: Attributes): () => void {
  const observables: Observable[] = [];
  const readers = new Map<string, Reader>();
  for (const family of scorer.metrics()) readers.set(family.name, readerOf(meter, family, observables));
  const read = (result: BatchObservableResult): void => {
    for (const family of scorer.metrics()) readers.get(family.name)?.(result, family, attributes);
  };
  meter.addBatchObservableCallback(read, observables);
  return () => meter.removeBatchObservableCallback(read, observables);
}

/** `requests_total` is `fraud_scorer.requests`: the suffixes of Prometheus say what OpenTelemetry says by type and unit. */
function instrumentName(name: string): string {
  return `fraud_scorer.${name.replace(suffixes, '').replace(suffixes, '')}`;
}

function readerOf(meter: Meter, family: MetricFamily, observables: Observable[]): Reader {
  if (family.type === 'histogram') return histogramReader(meter, family, observables);
  const name = instrumentName(family.name);
  const options = { description: family.help, unit: unitOf(family) };
  const instrument =
    family.type === 'counter'
      ? meter.createObservableCounter(name, options)
      : family.aggregation === 'sum'
        ? meter.createObservableUpDownCounter(name, options)
        : meter.createObservableGauge(name, options);
  observables.push(instrument);
  return (result, { samples }, attributes) => {
    for (const sample of samples) {
      if ('value' in sample) result.observe(instrument, sample.value, { ...attributes, ...sample.labels });
    }
  };
}

/**
 * OpenTelemetry has no histogram that is read, so a distribution is three counters: its cumulative buckets, by `le` as in Prometheus, its
 * sum and its count. They can be added up over processes, and percentiles computed of them, which percentiles themselves do not allow.
 */
function histogramReader(meter: Meter, { name, help, unit }: MetricFamily, observables: Observable[]): Reader {
  const stem = instrumentName(name);
  const describe = (what: string) => ({ description: `${help.replace(/\.$/, '')}: ${what}.` });
  const bucket = meter.createObservableCounter(`${stem}.bucket`, describe('how many were at most le'));
  const sum = meter.createObservableCounter(`${stem}.sum`, { ...describe('sum'), unit: unitOf({ unit }) });
  const count = meter.createObservableCounter(`${stem}.count`, describe('count'));
  observables.push(bucket, sum, count);
  return (result, { samples }, attributes) => {
    for (const sample of samples) {
      if (!('buckets' in sample)) continue;
      const own = { ...attributes, ...sample.labels };
      for (const { le, count: observed } of sample.buckets)
        result.observe(bucket, observed, { ...own, le: String(le) });
      result.observe(bucket, sample.count, { ...own, le: '+Inf' });
      result.observe(sum, sample.sum, own);
      result.observe(count, sample.count, own);
    }
  };
}

function unitOf({ unit }: Pick<MetricFamily, 'unit'>): string {
  return unit === null ? '' : (units[unit] ?? unit);
}
