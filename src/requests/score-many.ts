import { types } from 'node:util';
import type { ManyRequests, ScoreRequest } from '../api/request.js';
import type { ScoreOutcome, ScoreResult } from '../api/result.js';
import { type FraudScorerError, InvalidRequestError } from '../errors.js';
import { promiseOf } from '../host/host-code.js';
import { describeKind } from '../validation/issues.js';
import type { Settlements } from './request-table.js';

/** The entry point for a list. */
export interface ManyIntake {
  readonly isFull: boolean;
  /** Whether all further requests would be refused, because the scorer is closed or the call was aborted. */
  readonly isOver: boolean;
  /** Resolves when something has left the queue. */
  room(): Promise<void>;
  /** Submits a request. Its outcome goes to its place. */
  submit(request: ScoreRequest, settlements: Settlements, place: number): void;
  /** Resolves in a later turn of the event loop. */
  turn(): Promise<void>;
}

/**
 * After this many requests that were settled at once, the event loop gets a turn. They fill no queue, so the feeder would not wait
 * otherwise.
 */
const refusedPerTurn = 256;

/**
 * Submits the requests of a list or a stream as the queue has room, so that a list is never refused for its size. A stream is asked for its
 * next request only when there is room. After a request that was refused because all would be refused, it is not asked again.
 *
 * @returns the outcome of each, in the order of the requests.
 * @throws {InvalidRequestError} if it is neither a list nor a stream, or if it throws.
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
    // First settle all submitted requests, so that none is left running after the caller has its error.
    await outcomes.settled();
    const expected = 'an iterable that gives one request after the other';
    throw new InvalidRequestError([{ path: 'requests', expected, received: 'one that throws' }], 1, { cause: error });
  }
  return outcomes.settled();
}

/** The outcome of each request, by place, and when all are settled. It needs no promise or object for each request. */
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

  /** Resolves when all that have begun are settled. After this call no more may begin. */
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

/** @returns whether the request was taken in and not settled at once. */
type Submit = (request: ScoreRequest) => boolean;
type Feeder = (submit: Submit, intake: ManyIntake) => Promise<void>;

/** @throws {InvalidRequestError} if it is neither an iterable nor an async iterable. */
function feederOf(requests: ManyRequests): Feeder {
  let received: string;
  try {
    if (typeof requests === 'object' && requests !== null) {
      if (Symbol.asyncIterator in requests) return (submit, intake) => feedStream(requests, submit, intake);
      if (Symbol.iterator in requests) return (submit, intake) => feedList(requests, submit, intake);
    }
    received = describeNonList(requests);
  } catch {
    // A proxy of the host threw. Its error may quote data, so it is not passed on.
    received = 'one that throws when it is read';
  }
  const expected = 'an array or another iterable of requests, or a stream of them';
  throw new InvalidRequestError([{ path: 'requests', expected, received }]);
}

/** @throws what a proxy of the host throws. */
function describeNonList(value: unknown): string {
  const kind = describeKind(value);
  if (typeof value === 'function') return `${kind} (call it, and pass what it returns)`;
  const isRequest = kind === 'an object' && typeof value === 'object' && value !== null && 'features' in value;
  return isRequest ? 'a single request (pass it in an array, or to score)' : kind;
}

/** Not `for await`, which would need a microtask for each request of an array. */
async function feedList(requests: Iterable<ScoreRequest>, submit: Submit, intake: ManyIntake): Promise<void> {
  let refused = 0;
  for (const request of requests) {
    // Check each time, because others may have taken the room. If there is room, continue without waiting.
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
    // Others may have taken the room while the stream was preparing its next request.
    await untilRoom(intake);
    if (!submit(request)) {
      // The stream may never end. The last request's outcome tells the caller why it was stopped.
      if (intake.isOver) break;
      refused += 1;
      if (refused % refusedPerTurn === 0) await intake.turn();
    }
    await untilRoom(intake);
  }
}

/** The same stream with a `return` that cannot fail. If the host's clean-up throws, the outcomes so far must not be lost. */
function givenBackQuietly(requests: AsyncIterable<ScoreRequest>): AsyncIterable<ScoreRequest> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = requests[Symbol.asyncIterator]();
      return {
        next: () => {
          const step = iterator.next();
          // The methods of an async generator, which nearly all streams are.
          return isPlainPromise(step) ? step : (promiseOf(step) as typeof step);
        },
        return: async () => {
          try {
            await promiseOf(iterator.return?.());
          } catch {
            // The stream is not needed any more.
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

/** Whether a request must wait for room. One that will be refused needs no room. */
function mustWait(intake: ManyIntake): boolean {
  return intake.isFull && !intake.isOver;
}
