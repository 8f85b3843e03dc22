import { UnavailableError } from '../../../errors.js';
import { FieldReader } from '../../../validation/field-reader.js';
import type { FleetCanary } from './state/fleet-state.js';

/** How long to wait for a fleet. */
export interface SettledOptions {
  /** In milliseconds, above 0. @default 60_000 */
  timeoutMs?: number | undefined;
}

/** How long to wait for a canary. */
export interface CanaryEndedOptions {
  /** In milliseconds, above 0. A canary takes at least `stepMs` for each step below 1. @default 3_600_000 */
  timeoutMs?: number | undefined;
}

/** @throws {InvalidOptionsError} if it is out of range, or there is another option. */
export function readTimeout(options: SettledOptions | CanaryEndedOptions, fallback: number): number {
  const reader = new FieldReader(options ?? null);
  const timeoutMs = reader.number('timeoutMs', fallback, { above: 0 });
  reader.rejectUnknown().throwIfInvalid();
  return timeoutMs;
}

/** Says where a canary is that has not ended. */
export function unended({ version, state, step, steps, reason }: FleetCanary, timeoutMs: number): UnavailableError {
  const why = reason === null ? '' : `: ${reason}`;
  const where = `it is ${state}, step ${step + 1} of ${steps.length}${why}`;
  return new UnavailableError(`The canary ${JSON.stringify(version)} has not ended within ${timeoutMs} ms: ${where}`);
}

/** Says that the canary that was waited for is not the fleet's any more. */
export function unseen(canary: FleetCanary | null): UnavailableError {
  const which = canary === null ? 'A canary' : `The place of the canary ${JSON.stringify(canary.version)}`;
  const what = canary === null ? 'has begun meanwhile' : 'was taken before its end was seen';
  return new UnavailableError(`${which} ${what}: call state() and wait again`);
}
