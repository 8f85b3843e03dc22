import type { Decision } from '../../../api/result.js';

/** What decisions were worth, by labels. Positive means BLOCK or REVIEW. */
export interface Confusion {
  truePositives: number;
  falsePositives: number;
  trueNegatives: number;
  falseNegatives: number;
  /** The share of frauds among what was stopped; null where nothing was. */
  precision: number | null;
  /** The share of the frauds that were stopped: the detection rate. */
  recall: number | null;
  /** The share of the good ones that were stopped. */
  falsePositiveRate: number | null;
  /** Sums of the amounts that are known; null where none is. */
  amounts: { fraudStopped: number; fraudMissed: number; goodStopped: number } | null;
}

export class ConfusionTally {
  #truePositives = 0;
  #falsePositives = 0;
  #trueNegatives = 0;
  #falseNegatives = 0;
  #hasAmounts = false;
  readonly #amounts = { fraudStopped: 0, fraudMissed: 0, goodStopped: 0 };

  add(decision: Decision, isFraud: boolean, amount: number | null): void {
    const isStopped = decision !== 'APPROVE';
    if (isFraud && isStopped) this.#truePositives += 1;
    else if (isFraud) this.#falseNegatives += 1;
    else if (isStopped) this.#falsePositives += 1;
    else this.#trueNegatives += 1;
    if (amount === null) return;
    this.#hasAmounts = true;
    if (isFraud && isStopped) this.#amounts.fraudStopped += amount;
    else if (isFraud) this.#amounts.fraudMissed += amount;
    else if (isStopped) this.#amounts.goodStopped += amount;
  }

  confusion(): Confusion {
    const [truePositives, falsePositives] = [this.#truePositives, this.#falsePositives];
    const [trueNegatives, falseNegatives] = [this.#trueNegatives, this.#falseNegatives];
    return {
      ...{ truePositives, falsePositives, trueNegatives, falseNegatives },
      precision: share(truePositives, truePositives + falsePositives),
      recall: share(truePositives, truePositives + falseNegatives),
      falsePositiveRate: share(falsePositives, falsePositives + trueNegatives),
      amounts: this.#hasAmounts ? { ...this.#amounts } : null,
    };
  }
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
