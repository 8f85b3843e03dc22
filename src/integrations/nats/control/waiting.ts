import { UnavailableError, UnknownVersionError } from '../../../errors.js';
import { systemClock } from '../../../host/clock.js';
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

const pollMs = 100;

/** What was waited for, or what it still waits for. */
export type Look<T> = { found: T } | { waitsFor: string };

/**
 * Looks again and again until it has found something. A server that does not answer is asked again, because one that is restarted is back in a moment.
 *
 * @param what begins the message when the time is over.
 * @throws {UnavailableError} when the time is over. @throws what `look` throws otherwise.
 */
export async function waitFor<T>(what: string, timeoutMs: number, look: () => Promise<Look<T>>): Promise<T> {
  const until = systemClock.now() + timeoutMs;
  for (;;) {
    const seen = await look().catch((error: unknown): Look<T> => {
      if (error instanceof UnavailableError) return { waitsFor: error.message };
      throw error;
    });
    if ('found' in seen) return seen.found;
    if (systemClock.now() > until) throw new UnavailableError(`${what} within ${timeoutMs} ms: ${seen.waitsFor}`);
    await new Promise<void>((resolve) => systemClock.after(pollMs, resolve));
  }
}

/** Says where a canary is that has not ended. */
export function whereIs({ version, state, step, steps, reason }: FleetCanary): string {
  const why = reason === null ? '' : `: ${reason}`;
  return `${JSON.stringify(version)} is ${state}, step ${step + 1} of ${steps.length}${why}`;
}

/** Says that the canary that was waited for is not the fleet's any more. */
export function unseen(canary: FleetCanary | null): UnknownVersionError {
  const which = canary === null ? 'A canary' : `The place of the canary ${JSON.stringify(canary.version)}`;
  const what = canary === null ? 'has begun meanwhile' : 'was taken before its end was seen';
  return new UnknownVersionError(`${which} ${what}: call state() and wait again`);
}
