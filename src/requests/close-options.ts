import type { CloseOptions } from '../api/scorer.js';
import { FieldReader } from '../validation/field-reader.js';

/** How long `close` waits for requests that were taken in, where it is not told. */
const defaultCloseTimeoutMs = 10_000;

/** @throws {InvalidOptionsError} where they are not as documented. */
export function readCloseOptions(options: CloseOptions): { timeoutMs: number } {
  const reader = new FieldReader(options);
  const timeoutMs = reader.number('timeoutMs', defaultCloseTimeoutMs, { min: 0, unit: 'milliseconds' });
  reader.rejectUnknown().throwIfInvalid();
  return { timeoutMs };
}
