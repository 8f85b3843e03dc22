import { FieldReader } from '../field-reader.js';
import type { ScoreOptions } from '../types.js';

/** What one call of `score` or `scoreMany` asked for. */
export interface CallOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/**
 * @throws {InvalidOptionsError} where an option is unknown or not as documented.
 */
export function readScoreOptions(options: ScoreOptions, defaultTimeoutMs: number): CallOptions {
  const reader = new FieldReader(options);
  const timeoutMs = reader.number('timeoutMs', defaultTimeoutMs, { above: 0, unit: 'milliseconds' });
  const signal = reader.value('signal', 'an AbortSignal', isAbortSignal);
  reader.rejectUnknown().throwIfInvalid();
  return { timeoutMs, signal };
}

/** By its shape: signals from another realm, or a polyfill's, are fine. */
function isAbortSignal(value: unknown): value is AbortSignal {
  return (
    typeof value === 'object' &&
    value !== null &&
    'aborted' in value &&
    'addEventListener' in value &&
    typeof value.addEventListener === 'function'
  );
}
