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

/** Enough to see whether it is one batch, one session, or all of a version. */
const mostWrongOnes = 100;

/** Of the versions and rows that have a wrong score as theirs, the most that are named. */
const mostNamed = 4;

/** Judges each answer by the version that it names. */
export class AnswerJudge {
  readonly verdicts: Verdicts = { right: 0, wrong: 0, notLive: 0 };
  /** The first wrong answers, in words: which other score each has, if any, and when it came. */
  readonly wrongOnes: string[] = [];
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
    if (!isRight && this.wrongOnes.length < mostWrongOnes) {
      this.wrongOnes.push(this.#describe(version, index, result.fraudProbability ?? Number.NaN, sentAt));
    }
  }

  #describe(version: string, index: number, score: number, sentAt: number): string {
    const expected = this.#expected.get(version) ?? [];
    const row = index % expected.length;
    const isScoreOf = (scores: readonly number[], place: number): boolean =>
      Math.abs((scores[place] ?? Number.NaN) - score) <= tolerance / 100;
    const versions = [...this.#expected].filter(([, scores]) => isScoreOf(scores, row)).map(([name]) => name);
    const rows = expected.flatMap((_, place) => (isScoreOf(expected, place) ? [place - row] : []));
    const whose = `of versions [${versions.slice(-mostNamed).join(', ')}], of this version's rows at [${rows.slice(0, mostNamed).join(', ')}]`;
    const difference = Math.abs(score - (expected[row] ?? Number.NaN)).toPrecision(2);
    return `request ${index} of ${version}, sent at ${sentAt.toFixed(1)} ms: off by ${difference}; ${whose}`;
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
