import { InvalidOptionsError } from '../../errors.js';
import { type Watcher, watchSymbol } from '../../monitoring/traces/watcher.js';
import { describeValue } from '../../validation/issues.js';
import { observeMetrics } from './instruments.js';
import { loadApi } from './load-api.js';
import { type InstrumentOptions, readInstrumentOptions } from './options.js';
import { Shared } from './shared.js';
import { Spans } from './spans.js';
import type { InstrumentedScorer } from './types.js';

const scope = 'fraud-scorer';

const spansOn = new Shared();
const metricsOn = new Shared();

/**
 * Brings a scorer's metrics, and its spans where they are asked for, to OpenTelemetry. Nothing is done for a request but what its spans take.
 *
 * With the same scorer and provider again, nothing comes twice. A scorer that is closed keeps its last metrics until it is taken off.
 *
 * @returns what takes it off again. Requests that are on their way then still end their spans.
 * @throws {InvalidOptionsError} where the options are not as documented, the scorer is no `FraudScorer`, or `@opentelemetry/api` is not installed.
 */
export function instrument(scorer: InstrumentedScorer, options?: InstrumentOptions): () => void {
  const { tracerProvider, meterProvider, spans, metrics, attributes, api: given } = readInstrumentOptions(options);
  const watch = watchOf(scorer);
  const api = given ?? loadApi();
  const stops: (() => void)[] = [];
  if (metrics) {
    const meters = meterProvider ?? api.metrics.getMeterProvider();
    // Those of another name are other measurements.
    const key = `${keyOf(meters)} ${JSON.stringify(attributes)}`;
    stops.push(metricsOn.use(scorer, key, () => observeMetrics(meters.getMeter(scope), scorer, attributes)));
  }
  if (spans) {
    const tracers = tracerProvider ?? api.trace.getTracerProvider();
    const start = () => watch(new Spans(api, tracers.getTracer(scope), attributes));
    stops.push(spansOn.use(scorer, tracers, start));
  }
  return () => {
    for (const stop of stops) stop();
  };
}

const keys = new WeakMap<object, number>();
let lastKey = 0;

/** A number for each object. */
function keyOf(value: object): number {
  const key = keys.get(value) ?? ++lastKey;
  keys.set(value, key);
  return key;
}

/** @throws {InvalidOptionsError} where it is no `FraudScorer`. */
function watchOf(scorer: unknown): (watcher: Watcher) => () => void {
  const watch: unknown = typeof scorer === 'object' && scorer !== null ? Reflect.get(scorer, watchSymbol) : undefined;
  if (typeof watch === 'function') return (watcher) => watch(watcher);
  throw new InvalidOptionsError([{ path: 'scorer', expected: 'a FraudScorer', received: describeValue(scorer) }]);
}
