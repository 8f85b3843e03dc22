import { InvalidRequestError } from '../errors.js';
import { describeKind } from '../issues.js';
import type { Settlement } from '../settlement/settler.js';
import type { ScoreOutcome, ScoreRequest } from '../types.js';

/** The door, as a list needs it. */
export interface ManyIntake {
  readonly isFull: boolean;
  /** Resolves when something has left the queue. */
  room(): Promise<void>;
  submit(request: ScoreRequest, settlement: Settlement): void;
}

/**
 * Feeds a list in as room appears, so that it is never refused for its own size.
 *
 * @returns what became of each, in the order they were given.
 * @throws {InvalidRequestError} where it is no list at all, or throws on the way.
 */
export async function scoreMany(requests: Iterable<ScoreRequest>, intake: ManyIntake): Promise<ScoreOutcome[]> {
  if (typeof requests !== 'object' || requests === null || !(Symbol.iterator in requests)) {
    const expected = 'an array or another iterable of requests';
    throw new InvalidRequestError([{ path: 'requests', expected, received: describeKind(requests) }]);
  }
  const outcomes: ScoreOutcome[] = [];
  const settled: Promise<void>[] = [];
  try {
    for (const request of requests) {
      // Each time anew, as others may have taken the room.
      while (intake.isFull) await intake.room();
      const index = settled.length;
      settled.push(
        new Promise((resolve) => {
          const settle = (outcome: ScoreOutcome): void => {
            outcomes[index] = outcome;
            resolve();
          };
          intake.submit(request, {
            resolve: (value) => settle({ status: 'fulfilled', value }),
            reject: (reason) => settle({ status: 'rejected', reason }),
          });
        }),
      );
    }
  } catch (error) {
    // What was fed in is settled first: nothing of it is left running behind the caller's back.
    await Promise.all(settled);
    const expected = 'an iterable that gives one request after the other';
    throw new InvalidRequestError([{ path: 'requests', expected, received: 'one that throws' }], 1, { cause: error });
  }
  await Promise.all(settled);
  return outcomes;
}
