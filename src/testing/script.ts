import type { ScoreOptions, ScoreRequest } from '../api/request.js';
import { isThenable, promiseOf } from '../host/host-code.js';
import { type Answer, asScorerError, type FakeAnswer, readAnswer } from './answer.js';

/** What a function `decide` may return. undefined: as if there were no function. */
export type Decided = FakeAnswer | undefined;

/**
 * Decides over each request that no answer of the list is left for. One that throws, or rejects, has the request fail; one that returns a promise
 * has it wait.
 *
 * @param request as it was passed to `score` or `scoreMany`. @param options those of its call.
 */
export type DecideRequest = (request: ScoreRequest, options: ScoreOptions) => Decided | PromiseLike<Decided>;

/** What requests are answered with, one after the other. */
export class Script {
  readonly #answers: Answer[] = [];
  readonly #decide: DecideRequest | undefined;
  readonly #otherwise: Answer;

  constructor(decide: DecideRequest | undefined, otherwise: Answer) {
    this.#decide = decide;
    this.#otherwise = otherwise;
  }

  /** How many answers of the list are left. */
  get left(): number {
    return this.#answers.length;
  }

  /** @throws {InvalidOptionsError} where one is no answer; none is added then. */
  add(answers: readonly FakeAnswer[], path: string): void {
    this.#answers.push(...answers.map((answer, index) => readAnswer(answer, `${path}[${index}]`)));
  }

  /** Never throws, and what it returns never rejects: what goes wrong is the answer. */
  next(request: ScoreRequest, options: ScoreOptions): Answer | Promise<Answer> {
    const listed = this.#answers.shift();
    if (listed !== undefined) return listed;
    if (this.#decide === undefined) return this.#otherwise;
    try {
      const decided = this.#decide(request, options);
      if (!isThenable(decided)) return this.#read(decided);
      return promiseOf(decided)
        .then((later) => this.#read(later))
        .catch(failed);
    } catch (error) {
      return failed(error);
    }
  }

  /** For all rows of a call: a function `decide` is of requests, and is not asked. */
  nextForColumns(): Answer {
    return this.#answers.shift() ?? this.#otherwise;
  }

  #read(decided: unknown): Answer {
    return decided === undefined ? this.#otherwise : readAnswer(decided, 'decide');
  }
}

function failed(error: unknown): Answer {
  return { error: asScorerError(error) };
}
