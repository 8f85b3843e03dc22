import type { ScoreResult } from 'fraud-scorer';
import { tolerance } from '../correctness/differences.js';

/** What became of the answers. */
export interface Verdicts {
  /** Answers that have the score of the version that they name. */
  right: number;
  /** Answers that have another score than a direct run of the version that they name. */
  wrong: number;
  /** Answers that name a version that did not serve at any time from the request on, or none. */
  notLive: number;
}

/** Judges each answer by the version that it names. */
export class AnswerJudge {
  readonly verdicts: Verdicts = { right: 0, wrong: 0, notLive: 0 };
  readonly #expected = new Map<string, readonly number[]>();
  /** When each version that has gone was taken out, in ms. */
  readonly #goneAt = new Map<string, number>();

  /**
   * A version may answer from now on.
   *
   * @param expected the probabilities that a direct run gives for the requests, in their order.
   */
  admit(version: string, expected: readonly number[]): void {
    this.#expected.set(version, expected);
  }

  /** A version may answer what was sent before, and nothing else. */
  dismiss(version: string, now: number): void {
    this.#goneAt.set(version, now);
  }

  /** @param index of the request; they are sent again and again. @param sentAt in ms, on the clock of `dismiss`. */
  judge(result: ScoreResult, index: number, sentAt: number): void {
    const version = result.source === 'model' ? result.model.version : null;
    const expected = version === null ? undefined : this.#expected.get(version);
    if (version === null || expected === undefined || (this.#goneAt.get(version) ?? sentAt) < sentAt) {
      this.verdicts.notLive += 1;
      return;
    }
    const score = expected[index % expected.length] ?? Number.NaN;
    const isRight = Math.abs((result.fraudProbability ?? Number.NaN) - score) <= tolerance;
    this.verdicts[isRight ? 'right' : 'wrong'] += 1;
  }
}

/** The share of requests for which any two of these versions have scores that can be told apart. */
export function shareToldApart(versions: readonly (readonly number[])[]): number {
  const [first = []] = versions;
  const isToldApart = (index: number): boolean =>
    versions.every((one, place) =>
      versions.slice(place + 1).every((other) => Math.abs((one[index] ?? 0) - (other[index] ?? 0)) > 2 * tolerance),
    );
  return first.filter((_, index) => isToldApart(index)).length / Math.max(1, first.length);
}
