import type { ScoreOptions } from '../api/request.js';
import type { Clock } from '../host/clock.js';
import type { CallTrace } from '../monitoring/traces/traces.js';
import type { Admission } from './admission.js';
import type { ManyIntake } from './score-many.js';
import { readScoreOptions } from './score-options.js';
import type { Waiters } from './waiters.js';

interface Parts {
  clock: Clock;
  admission: Admission;
  changes: Waiters;
}

/**
 * The entry point for a list whose requests share these options.
 *
 * @param call the trace of the call, if it is traced.
 * @throws {InvalidOptionsError} if the options are not valid.
 */
export function manyIntake(
  { clock, admission, changes }: Parts,
  options: ScoreOptions | undefined,
  call: CallTrace | null,
): ManyIntake {
  const signal = options === undefined ? undefined : readScoreOptions(options, admission.timeoutMs).signal;
  return {
    get isFull() {
      return admission.isFull;
    },
    get isOver() {
      return admission.isOver(signal);
    },
    room: () => changes.wait(),
    submit: (request, settlements, place) => admission.submitOf(settlements, place, request, options, call),
    turn: () => new Promise((resolve) => clock.soon(resolve)),
  };
}
