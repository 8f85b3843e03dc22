import type { Explain, ScoreOptions } from '../api/request.js';
import { InvalidOptionsError } from '../errors.js';
import { FieldReader } from '../validation/field-reader.js';
import { isText } from '../validation/text.js';

/** What one call of `score` or `scoreMany` asked for. */
export interface CallOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  priority: number;
  /** undefined: as the scorer does. */
  explain: Explain | undefined;
  routingKey: string | undefined;
}

/**
 * @throws {InvalidOptionsError} where an option is unknown or not as documented.
 */
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

/** The signal of options that hold nothing else, as web hosts give them with each request: a fiftieth of the time. null: read them in full. */
function signalAlone(options: unknown): AbortSignal | null {
  try {
    if (typeof options !== 'object' || options === null || Object.getPrototypeOf(options) !== Object.prototype)
      return null;
    for (const name in options) if (name !== 'signal') return null;
    const signal: unknown = Reflect.get(options, 'signal');
    return isAbortSignal(signal) ? signal : null;
  } catch {
    return null;
  }
}

export function isExplain(value: unknown): value is Explain {
  return typeof value === 'boolean' || value === 'review' || value === 'block';
}

/** By its shape: signals from another realm, or a polyfill's, are fine. One that throws when it is looked at is none. */
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

/** @throws {InvalidOptionsError} where the signal is one of the host's own making, and throws. */
export function isAborted(signal: AbortSignal): boolean {
  try {
    return signal.aborted === true;
  } catch {
    throw throwingSignal();
  }
}

/** Why it was aborted; undefined where the signal is one of the host's own making, and throws. */
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
