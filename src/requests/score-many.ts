import { types } from 'node:util';
import type { ManyRequests, ScoreRequest } from '../api/request.js';
import type { ScoreOutcome, ScoreResult } from '../api/result.js';
import { type FraudScorerError, InvalidRequestError } from '../errors.js';
import { promiseOf } from '../host/host-code.js';
import { describeKind } from '../validation/issues.js';
import type { Settlements } from './request-table.js';

/** The door, as a list needs it. */
export interface ManyIntake {
  readonly isFull: boolean;
  /** Whether all that comes now is refused: the door is closed, or the call was aborted. */
  readonly isOver: boolean;
  /** Resolves when something has left the queue. */
  room(): Promise<void>;
  /** The request's outcome goes to its place. */
  submit(request: ScoreRequest, settlements: Settlements, place: number): void;
  /** Resolves in a later turn of the event loop. */
  turn(): Promise<void>;
}

/** Requests that are settled at the door before the event loop gets a turn: they fill no queue that would make the feeder wait. */
const refusedPerTurn = 256;

/**
 * Feeds a list or a stream in as room appears, so that it is never refused for its own size; a stream is asked for its next request
 * only once there is room for it, and for no more after one that was refused because all would be.
 *
 * @returns what became of each, in the order they were given.
 * @throws {InvalidRequestError} where it is neither, or throws on the way.
 */
export async function scoreMany(requests: ManyRequests, intake: ManyIntake): Promise<ScoreOutcome[]> {
  const outcomes = new Outcomes();
  const feed = feederOf(requests);
  try {
    await feed((request) => {
      const { open } = outcomes;
      intake.submit(request, outcomes, outcomes.begin());
      return outcomes.open > open;
    }, intake);
  } catch (error) {
    // What was fed in is settled first: nothing of it is left running behind the caller's back.
    await outcomes.settled();
    const expected = 'an iterable that gives one request after the other';
    throw new InvalidRequestError([{ path: 'requests', expected, received: 'one that throws' }], 1, { cause: error });
  }
  return outcomes.settled();
}

/** What becomes of each request, in its place, and when all of them are settled: without a promise or an object for each. */
class Outcomes implements Settlements {
  readonly #list: ScoreOutcome[] = [];
  #begun = 0;
  #open = 0;
  #onSettled: () => void = () => {};

  /** How many have begun and are not settled. */
  get open(): number {
    return this.#open;
  }

  /** @returns the place of the next request. */
  begin(): number {
    this.#open += 1;
    return this.#begun++;
  }

  resolve(place: number, value: ScoreResult): void {
    this.#put(place, { status: 'fulfilled', value });
  }

  reject(place: number, reason: FraudScorerError): void {
    this.#put(place, { status: 'rejected', reason });
  }

  /** Resolves when all that have begun are settled; no more may begin. */
  async settled(): Promise<ScoreOutcome[]> {
    if (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#onSettled = resolve;
      });
    }
    return this.#list;
  }

  #put(place: number, outcome: ScoreOutcome): void {
    this.#list[place] = outcome;
    this.#open -= 1;
    if (this.#open === 0) this.#onSettled();
  }
}

/** @returns whether it was taken in, and not settled at the door. */
type Submit = (request: ScoreRequest) => boolean;
type Feeder = (submit: Submit, intake: ManyIntake) => Promise<void>;

/** @throws {InvalidRequestError} where it is no iterable of either kind. */
function feederOf(requests: ManyRequests): Feeder {
  let received: string;
  try {
    if (typeof requests === 'object' && requests !== null) {
      if (Symbol.asyncIterator in requests) return (submit, intake) => feedStream(requests, submit, intake);
      if (Symbol.iterator in requests) return (submit, intake) => feedList(requests, submit, intake);
    }
    received = describeNonList(requests);
  } catch {
    // A proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
    received = 'one that throws when it is read';
  }
  const expected = 'an array or another iterable of requests, or a stream of them';
  throw new InvalidRequestError([{ path: 'requests', expected, received }]);
}

/** @throws what a proxy of the host's throws. */
function describeNonList(value: unknown): string {
  const kind = describeKind(value);
  if (typeof value === 'function') return `${kind} (call it, and pass what it returns)`;
  const isRequest = kind === 'an object' && typeof value === 'object' && value !== null && 'features' in value;
  return isRequest ? 'a single request (pass it in an array, or to score)' : kind;
}

/** Not `for await`, which would take a turn over each request of an array. */
async function feedList(requests: Iterable<ScoreRequest>, submit: Submit, intake: ManyIntake): Promise<void> {
  let refused = 0;
  for (const request of requests) {
    // Each time anew, as others may have taken the room; where there is some, without so much as a microtask.
    while (mustWait(intake)) await intake.room();
    if (submit(request)) continue;
    refused += 1;
    if (refused % refusedPerTurn === 0) await intake.turn();
  }
}

async function feedStream(requests: AsyncIterable<ScoreRequest>, submit: Submit, intake: ManyIntake): Promise<void> {
  let refused = 0;
  await untilRoom(intake);
  for await (const request of givenBackQuietly(requests)) {
    // Others may have taken the room while the stream was thinking.
    await untilRoom(intake);
    if (!submit(request)) {
      // It may never end. That of the last request tells the caller why the outcomes do.
      if (intake.isOver) break;
      refused += 1;
      if (refused % refusedPerTurn === 0) await intake.turn();
    }
    await untilRoom(intake);
  }
}

/** The same stream, whose `return` can't fail: what was scored until then must not be lost because a host's clean-up throws. */
function givenBackQuietly(requests: AsyncIterable<ScoreRequest>): AsyncIterable<ScoreRequest> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = requests[Symbol.asyncIterator]();
      return {
        next: () => {
          const step = iterator.next();
          // Those of an async generator, which are nearly all there are.
          return isPlainPromise(step) ? step : (promiseOf(step) as typeof step);
        },
        return: async () => {
          try {
            await promiseOf(iterator.return?.());
          } catch {
            // Nothing more is wanted of the stream.
          }
          return { done: true, value: undefined };
        },
      };
    },
  };
}

function isPlainPromise(value: unknown): boolean {
  if (!types.isPromise(value) || Object.getPrototypeOf(value) !== Promise.prototype) return false;
  return Object.getOwnPropertyDescriptor(value, 'constructor') === undefined;
}

async function untilRoom(intake: ManyIntake): Promise<void> {
  while (mustWait(intake)) await intake.room();
}

/** What will be refused needs no room. */
function mustWait(intake: ManyIntake): boolean {
  return intake.isFull && !intake.isOver;
}
