import { type ErrorCode, FraudScorerError, type ScoreResult } from '../../../src/index.js';
import { expectations, type RequestKind } from './expectations.js';
import { isAnswerOf, type KnownRow } from './known-rows.js';
import { Milestones } from './milestones.js';

/** How many problems are told in words; all are counted. */
const maxTold = 10;

/** What was sent and what became of it, in counters alone: a run may be of any length. */
export class Ledger {
  /** Passed by each request that settles. */
  readonly settled = new Milestones();
  readonly codes = new Map<ErrorCode, number>();
  readonly problems: string[] = [];
  sent = 0;
  answered = 0;
  /** Answers that were not the row's own. */
  wrong = 0;
  /** Ends that the request's kind does not allow. */
  unexpected = 0;
  /** Refused with `ERR_CLOSED` at the door; given up by `close` is another matter. */
  late = 0;

  /** Requests that have not settled. */
  get open(): number {
    return this.sent - this.settled.done;
  }

  count(code: ErrorCode): number {
    return this.codes.get(code) ?? 0;
  }

  /**
   * Notes a request and how it ends. Never rejects.
   *
   * @param row whose answer it must be; null where no answer is expected.
   */
  track(kind: RequestKind, row: KnownRow | null, promise: Promise<ScoreResult>): Promise<void> {
    return this.trackAnswer(kind, promise, (result) => row !== null && isAnswerOf(row, result));
  }

  /** The same for an answer of any form. @param isRight whether it is what it must be. */
  trackAnswer<T>(kind: RequestKind, promise: Promise<T>, isRight: (result: T) => boolean): Promise<void> {
    this.sent += 1;
    return promise.then(
      (result) => {
        this.answered += 1;
        this.#judgeAnswer(kind, isRight(result));
        this.settled.pass();
      },
      (error: unknown) => {
        this.#judgeError(kind, error);
        this.settled.pass();
      },
    );
  }

  #judgeAnswer(kind: RequestKind, isRight: boolean): void {
    if (!expectations[kind].answer) this.#tellUnexpected(`${kind}: was answered`);
    else if (!isRight) {
      this.wrong += 1;
      this.#tell(`${kind}: the answer is not the row's own`);
    }
  }

  #judgeError(kind: RequestKind, error: unknown): void {
    if (!(error instanceof FraudScorerError)) {
      this.#tellUnexpected(`${kind}: rejected with something else than an error of the package: ${String(error)}`);
      return;
    }
    this.codes.set(error.code, this.count(error.code) + 1);
    if (kind === 'late' && error.code === 'ERR_CLOSED') this.late += 1;
    if (!expectations[kind].codes.includes(error.code))
      this.#tellUnexpected(`${kind}: ${error.code}: ${error.message}`);
  }

  #tellUnexpected(problem: string): void {
    this.unexpected += 1;
    this.#tell(problem);
  }

  #tell(problem: string): void {
    if (this.problems.length < maxTold && !this.problems.includes(problem)) this.problems.push(problem);
  }
}
