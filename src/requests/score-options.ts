import type { Explain, ScoreOptions } from '../api/request.js';
import { InvalidOptionsError } from '../errors.js';
import { isLasting } from '../host/lasting-signal.js';
import { FieldReader } from '../validation/field-reader.js';
import { isText } from '../validation/text.js';

/** The options of one call of `score` or `scoreMany`. */
export interface CallOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  priority: number;
  /** undefined means: the scorer's default. */
  explain: Explain | undefined;
  routingKey: string | undefined;
}

/** @throws {InvalidOptionsError} if an option is unknown or not valid. */
export function readScoreOptions(options: ScoreOptions, defaultTimeoutMs: number): CallOptions {
  const alone = signalAlone(options);
  if (alone !== null) {
    return { timeoutMs: defaultTimeoutMs, signal: alone, priority: 0, explain: undefined, routingKey: undefined };
  }
  const reader = new FieldReader(options);
  const timeoutMs = reader.number('timeoutMs', defaultTimeoutMs, { above: 0, unit: 'milliseconds' });
  const signal = reader.value('signal', 'an AbortSignal', isAbortSignal);
  const priority = reader.number('priority', 0, { min: -10, max: 10, integer: true });
  const explain = reader.value('explain', "true, false, 'review' or 'block'", isExplain);
  const routingKey = reader.value('routingKey', 'a non-empty text', isText);
  reader.rejectUnknown().throwIfInvalid();
  return { timeoutMs, signal, priority, explain, routingKey };
}

/**
 * The signal of options that have nothing else, as web hosts give them with each request. This takes a fiftieth of the time. null: read the
 * options in full.
 */
function signalAlone(options: unknown): AbortSignal | null {
  try {
    if (typeof options !== 'object' || options === null || Object.getPrototypeOf(options) !== Object.prototype)
      return null;
    for (const name in options) if (name !== 'signal') return null;
    const { signal } = options as ScoreOptions;
    if (signal === undefined) return null;
    // This package has marked it, so its shape is known.
    return isLasting(signal) || isAbortSignal(signal) ? signal : null;
  } catch {
    return null;
  }
}

export function isExplain(value: unknown): value is Explain {
  return typeof value === 'boolean' || value === 'review' || value === 'block';
}

/**
 * Checks the shape, so that signals from another realm or a polyfill are accepted. An object that throws when it is read is not a signal.
 */
export function isAbortSignal(value: unknown): value is AbortSignal {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      'aborted' in value &&
      'addEventListener' in value &&
      typeof value.addEventListener === 'function' &&
      'removeEventListener' in value &&
      typeof value.removeEventListener === 'function'
    );
  } catch {
    return false;
  }
}

/** @throws {InvalidOptionsError} if the signal is the host's own implementation and throws. */
export function isAborted(signal: AbortSignal): boolean {
  try {
    return signal.aborted === true;
  } catch {
    throw throwingSignal();
  }
}

/** The reason of the abort; undefined if the signal is the host's own implementation and throws. */
export function reasonOf(signal: AbortSignal): unknown {
  try {
    return signal.reason;
  } catch {
    return undefined;
  }
}

export function throwingSignal(): InvalidOptionsError {
  return new InvalidOptionsError([{ path: 'signal', expected: 'an AbortSignal', received: 'one that throws' }]);
}
