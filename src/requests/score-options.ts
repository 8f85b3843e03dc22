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
  const wellFormed = wellFormedOptions(options, defaultTimeoutMs);
  if (wellFormed !== null) return wellFormed;
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
 * The options of a plain object that has only valid ones, as web hosts and nodes of a fleet give with each request. This takes a tenth of the time.
 * null: read the options in full, which says what is wrong with them.
 */
function wellFormedOptions(options: unknown, defaultTimeoutMs: number): CallOptions | null {
  try {
    if (typeof options !== 'object' || options === null || Object.getPrototypeOf(options) !== Object.prototype)
      return null;
    const read: CallOptions = {
      timeoutMs: defaultTimeoutMs,
      signal: undefined,
      priority: 0,
      explain: undefined,
      routingKey: undefined,
    };
    const given: ScoreOptions = options;
    // Only names that are enumerated are read, each once, as `FieldReader` does.
    for (const name in given) if (!take(name, given, read)) return null;
    return read;
  } catch {
    return null;
  }
}

/** Reads one option. @returns whether it is known and valid. */
function take(name: string, given: ScoreOptions, read: CallOptions): boolean {
  if (name === 'timeoutMs') {
    const { timeoutMs } = given;
    if (timeoutMs === undefined) return true;
    read.timeoutMs = timeoutMs;
    return typeof timeoutMs === 'number' && timeoutMs > 0;
  }
  if (name === 'priority') {
    const { priority } = given;
    if (priority === undefined) return true;
    read.priority = priority;
    return Number.isSafeInteger(priority) && priority >= -10 && priority <= 10;
  }
  if (name === 'explain') {
    const { explain } = given;
    read.explain = explain;
    return explain === undefined || isExplain(explain);
  }
  if (name === 'signal') {
    const { signal } = given;
    read.signal = signal;
    // This package has marked those of web hosts, so their shape is known.
    return signal === undefined || isLasting(signal) || isAbortSignal(signal);
  }
  if (name === 'routingKey') {
    const { routingKey } = given;
    read.routingKey = routingKey;
    return routingKey === undefined || isText(routingKey);
  }
  return false;
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
