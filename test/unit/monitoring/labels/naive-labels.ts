import type { Decision } from '../../../../src/api/result.js';

interface Transaction {
  id: string;
  decision: Decision;
  version: string | null;
  isFraud: boolean | null;
  decidedAt: number;
  day: number;
  isOwn: boolean;
  amount: number | null;
  score: number | null;
  /** Whether it was pushed out of the memory. */
  isGone: boolean;
  order: number;
}

/** A decision, or what the host tells of one. */
export interface Told {
  decision: Decision;
  version: string | null;
  day: number;
  amount: number | null;
  score: number | null;
}

const decisions = ['APPROVE', 'REVIEW', 'BLOCK'] as const;

/** What labels say in the simplest way: a list of all transactions, counted anew each time. Amounts are multiples of 1/128. */
export class NaiveLabels {
  readonly #all: Transaction[] = [];
  readonly #ttlMs: number;
  readonly #maxPending: number;
  #order = 0;

  constructor(ttlMs: number, maxPending: number) {
    this.#ttlMs = ttlMs;
    this.#maxPending = maxPending;
  }

  decide(id: string, told: Told, now: number): void {
    const known = this.#find(id, now);
    const latest = { ...told, decidedAt: now, isOwn: true, order: this.#order++ };
    if (known !== undefined) Object.assign(known, latest);
    else this.#add({ id, isFraud: null, isGone: false, ...latest });
  }

  label(
    id: string,
    isFraud: boolean,
    told: Told | null,
    more: { amount: number | null; score: number | null },
    decidedAt: number,
    now: number,
  ): boolean {
    this.expire(now);
    let known = this.#find(id, now);
    if (known === undefined) {
      if (told === null) return false;
      known = { id, isFraud: null, isGone: false, ...told, decidedAt, isOwn: false, order: this.#order++ };
      this.#add(known);
    }
    known.isFraud = isFraud;
    known.amount ??= more.amount;
    known.score ??= more.score;
    return true;
  }

  expire(now: number): void {
    for (const each of this.#held) {
      if (now - each.decidedAt < this.#ttlMs) return;
      each.isGone = true;
    }
  }

  /** @param version null for all. */
  summary(version: string | null): object {
    const own = this.#all.filter((each) => version === null || each.version === version);
    const days = [...new Set(own.map(({ day }) => day))].sort((one, other) => one - other);
    return {
      ...this.#cells(own),
      calibration: calibration(own),
      days: days.map((day) => {
        const { coverage, money, ...rest } = this.#cells(own.filter((each) => each.day === day));
        const decided = decisions.reduce((sum, name) => sum + coverage[name].decided, 0);
        const labelled = decisions.reduce((sum, name) => sum + coverage[name].labelled, 0);
        const { fraudCaught, fraudMissed, goodStopped, goodApproved } = money;
        return {
          ...{ day: new Date(day * 86_400_000).toISOString().slice(0, 10), decided, ...rest },
          ...{ labelCoverage: decided === 0 ? null : labelled / decided },
          ...{ fraudCaught, fraudMissed, goodStopped, goodApproved },
        };
      }),
    };
  }

  #cells(own: readonly Transaction[]) {
    const labelled = own.filter(({ isFraud }) => isFraud !== null);
    const count = (isFlagged: boolean, isFraud: boolean): number =>
      labelled.filter((each) => (each.decision !== 'APPROVE') === isFlagged && each.isFraud === isFraud).length;
    const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
    const [tp, fp, tn, fn] = [count(true, true), count(true, false), count(false, false), count(false, true)];
    const sums = (isFraud: boolean): Record<Decision, number> => {
      const sum = (decision: Decision): number => {
        const units = labelled
          .filter((each) => each.decision === decision && each.isFraud === isFraud && each.amount !== null)
          .reduce((total, { amount }) => total + BigInt((amount ?? 0) * 128), 0n);
        return Number(units) / 128;
      };
      return { APPROVE: sum('APPROVE'), REVIEW: sum('REVIEW'), BLOCK: sum('BLOCK') };
    };
    const [fraud, legitimate] = [sums(true), sums(false)];
    const coverage = (decision: Decision) => {
      const mine = own.filter((each) => each.isOwn && each.decision === decision);
      const with_ = mine.filter(({ isFraud }) => isFraud !== null).length;
      const pending = mine.filter(({ isFraud, isGone }) => isFraud === null && !isGone).length;
      const unlabelled = mine.length - with_ - pending;
      return { decided: mine.length, labelled: with_, pending, unlabelled, coverage: share(with_, mine.length) };
    };
    return {
      labelled: labelled.length,
      confusion: { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn },
      precision: share(tp, tp + fp),
      detectionRate: share(tp, tp + fn),
      falsePositiveRate: share(fp, fp + tn),
      coverage: { APPROVE: coverage('APPROVE'), REVIEW: coverage('REVIEW'), BLOCK: coverage('BLOCK') },
      money: {
        fraudCaught: fraud.REVIEW + fraud.BLOCK,
        fraudMissed: fraud.APPROVE,
        goodStopped: legitimate.REVIEW + legitimate.BLOCK,
        goodApproved: legitimate.APPROVE,
        ...{ fraud, legitimate, withoutAmount: labelled.filter(({ amount }) => amount === null).length },
      },
    };
  }

  #find(id: string, now: number): Transaction | undefined {
    const known = this.#all.findLast((each) => each.id === id && !each.isGone);
    if (known === undefined || now - known.decidedAt < this.#ttlMs) return known;
    known.isGone = true;
    return undefined;
  }

  #add(transaction: Transaction): void {
    this.#all.push(transaction);
    const held = this.#held;
    if (held.length > this.#maxPending && held[0] !== undefined) held[0].isGone = true;
  }

  /** In order of arrival. */
  get #held(): Transaction[] {
    return this.#all.filter(({ isGone }) => !isGone).sort((one, other) => one.order - other.order);
  }
}

/** Scores are multiples of 1/16, so that all sums are exact. */
function calibration(own: readonly Transaction[]): object {
  const scored = own.flatMap(({ score, isFraud }) => (score === null || isFraud === null ? [] : [{ score, isFraud }]));
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const bins = Array.from({ length: 10 }, (_, index) => {
    const inside = scored.filter(({ score }) => Math.min(Math.floor(score * 10), 9) === index);
    return {
      ...{ from: index / 10, to: (index + 1) / 10, labels: inside.length },
      frauds: inside.filter(({ isFraud }) => isFraud).length,
      meanScore: mean(inside.map(({ score }) => score)),
      fraudShare: mean(inside.map(({ isFraud }) => (isFraud ? 1 : 0))),
    };
  });
  const gaps = bins.map(({ labels, frauds, meanScore }) => Math.abs(frauds - (meanScore ?? 0) * labels));
  return {
    labels: scored.length,
    meanScore: mean(scored.map(({ score }) => score)),
    fraudShare: mean(scored.map(({ isFraud }) => (isFraud ? 1 : 0))),
    brierScore: mean(scored.map(({ score, isFraud }) => (score - (isFraud ? 1 : 0)) ** 2)),
    expectedCalibrationError: scored.length === 0 ? null : gaps.reduce((sum, gap) => sum + gap, 0) / scored.length,
    bins,
  };
}
