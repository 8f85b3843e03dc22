import { type ScoreGroups, sortedGroups } from './score-groups.js';

export interface ScoreTallyLimits {
  /** The most groups. Above this, similar scores share a group. @default 1_048_576 */
  maxGroups: number;
  /** Rows that are collected before they are sorted into the groups; at most 4_194_304. @default 262_144 */
  bufferRows: number;
}

const defaultLimits: ScoreTallyLimits = { maxGroups: 2 ** 20, bufferRows: 2 ** 18 };

/**
 * Counts labelled rows by score in limited memory: at most about 120 MB for any number of rows.
 *
 * Exact up to `maxGroups` different scores. Above that, scores that differ only in the last bits of their float32 value count as one score,
 * the largest of them. Each time, one more bit is ignored.
 */
export class ScoreTally {
  readonly #limits: ScoreTallyLimits;
  readonly #scores: Float32Array;
  readonly #isFraud: Uint8Array;
  readonly #amounts: Float64Array;
  #buffered = 0;
  #groups: ScoreGroups;
  #droppedBits = 0;

  constructor(limits: Partial<ScoreTallyLimits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    this.#scores = new Float32Array(this.#limits.bufferRows);
    this.#isFraud = new Uint8Array(this.#limits.bufferRows);
    this.#amounts = new Float64Array(this.#limits.bufferRows);
    this.#groups = emptyGroups(0);
  }

  /** Whether every score has its own group. */
  get isExact(): boolean {
    return this.#droppedBits === 0;
  }

  /** @param score in [0, 1], float32. */
  add(score: number, isFraud: boolean, amount: number): void {
    const at = this.#buffered;
    this.#scores[at] = score;
    this.#isFraud[at] = isFraud ? 1 : 0;
    this.#amounts[at] = amount;
    this.#buffered += 1;
    if (this.#buffered === this.#limits.bufferRows) this.#merge();
  }

  groups(): ScoreGroups {
    this.#merge();
    return this.#groups;
  }

  #merge(): void {
    if (this.#buffered === 0) return;
    const rows = this.#buffered;
    const added = sortedGroups(
      this.#scores.subarray(0, rows),
      this.#isFraud.subarray(0, rows),
      this.#amounts.subarray(0, rows),
    );
    this.#buffered = 0;
    this.#groups = mergedGroups(this.#groups, added, this.#droppedBits);
    const { maxGroups } = this.#limits;
    if (this.#groups.scores.length <= maxGroups) return;
    // Reduced to half of the limit, so that it does not happen again with the next rows.
    while (this.#groups.scores.length > Math.max(1, maxGroups / 2)) {
      this.#droppedBits += 1;
      this.#groups = mergedGroups(this.#groups, emptyGroups(0), this.#droppedBits);
    }
  }
}

/** Merges scores that differ only in their last bits. */
function mergedGroups(a: ScoreGroups, b: ScoreGroups, droppedBits: number): ScoreGroups {
  const merged = emptyGroups(a.scores.length + b.scores.length);
  const keysOfA = keysOf(a.scores);
  const keysOfB = keysOf(b.scores);
  let last = -1;
  let lastKey = -1;
  let fromA = 0;
  let fromB = 0;
  while (fromA < keysOfA.length || fromB < keysOfB.length) {
    const takesA = (keysOfA[fromA] ?? Number.POSITIVE_INFINITY) <= (keysOfB[fromB] ?? Number.POSITIVE_INFINITY);
    const groups = takesA ? a : b;
    const from = takesA ? fromA++ : fromB++;
    const key = ((takesA ? keysOfA : keysOfB)[from] as number) >>> droppedBits;
    if (key !== lastKey) last += 1;
    lastKey = key;
    // In ascending order, the last score is the largest.
    merged.scores[last] = groups.scores[from] as number;
    for (const name of sums) merged[name][last] = (merged[name][last] as number) + (groups[name][from] as number);
  }
  return firstGroups(merged, last + 1);
}

const sums = ['good', 'fraud', 'goodAmount', 'fraudAmount'] as const;

/** The bits of non-negative float32 values. They sort in the order of the values. */
function keysOf(scores: Float32Array): Uint32Array {
  return new Uint32Array(scores.buffer, scores.byteOffset, scores.length);
}

function emptyGroups(length: number): ScoreGroups {
  return {
    scores: new Float32Array(length),
    good: new Float64Array(length),
    fraud: new Float64Array(length),
    goodAmount: new Float64Array(length),
    fraudAmount: new Float64Array(length),
  };
}

function firstGroups(groups: ScoreGroups, length: number): ScoreGroups {
  return {
    scores: groups.scores.slice(0, length),
    good: groups.good.slice(0, length),
    fraud: groups.fraud.slice(0, length),
    goodAmount: groups.goodAmount.slice(0, length),
    fraudAmount: groups.fraudAmount.slice(0, length),
  };
}
