import type { OutcomeLimits } from '../../api/options.js';
import type { Outcome } from '../../api/outcome.js';
import type { Decision } from '../../api/result.js';
import type { Clock } from '../../host/clock.js';
import { flatCopy } from '../../host/flat-copy.js';
import { codeOf, type LabelledDecision } from './label-cells.js';
import { LabelCounts, type LabelsSummary } from './label-counts.js';
import type { LabelPlace } from './label-place.js';
import { noSlot, PendingDecisions } from './pending-decisions.js';
import { labelCodes, type PendingPiece, placeMask } from './pending-piece.js';
import { type FalsePositiveReading, RecentLegitimate } from './recent-legitimate.js';
import { WallTime } from './wall-time.js';

/** A decision whose label may come, or has come. */
export interface RememberedDecision {
  /** Milliseconds since the epoch. */
  readonly decidedAt: number;
  readonly isLabelled: boolean;
}

/**
 * Compares decisions with labels that come later: counts by decision and label, sums of amounts, calibration, and the false positive rate
 * of the latest labels. A transaction that is scored again counts once, by its latest decision.
 */
export class OutcomeStore {
  readonly #clock: Clock;
  readonly #limits: OutcomeLimits;
  readonly #pending = new PendingDecisions();
  readonly #recent = new RecentLegitimate(this.#pending, 'recent');
  readonly #time: WallTime;
  /** Reused for each call to the cells. */
  readonly #told: LabelledDecision = { code: 0, isFraud: false, amount: 0, isOwn: false };
  /** Of all versions. */
  readonly counts = new LabelCounts();

  constructor(clock: Clock, limits: OutcomeLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.#time = new WallTime(clock);
  }

  /**
   * Remembers a decision, so that a label can be matched with it. It reads the score and the amount from existing objects, because a
   * fraction that is passed as an argument would be allocated.
   *
   * @param version the labels of the version that decided. @param result has the score. @param amounts the requests' amounts. @param row
   * the request's index in them.
   */
  expect(
    id: string,
    decision: Decision,
    version: LabelCounts | null = null,
    result: { readonly fraudProbability: number } | null = null,
    amounts: Float64Array | null = null,
    row = 0,
  ): void {
    const now = this.#clock.now();
    const key = flatCopy(id);
    const known = this.#find(key, now);
    const isKnown = known !== noSlot;
    const slot = isKnown ? known : this.#pending.add(key);
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    if (isKnown) {
      this.#count(piece, at, -1);
      this.#pending.renew(slot);
    }
    piece.decision[at] = codeOf(decision);
    piece.isOwn[at] = 1;
    piece.decidedAt[at] = now;
    piece.amount[at] = amounts === null ? Number.NaN : (amounts[row] as number);
    piece.score[at] = result === null ? Number.NaN : result.fraudProbability;
    const before = piece.place[at] ?? null;
    piece.place[at] = this.#placeOf(version, this.#time.dayAt(now));
    this.#count(piece, at, 1);
    if (isKnown) this.#updateRecent(slot, before);
    else this.#makeRoom();
  }

  /**
   * @param version the labels of the version that the host names, if it is known.
   * @returns whether the label could be matched with a decision.
   */
  record(outcome: Outcome, version: LabelCounts | null = null): boolean {
    // Read once, because it takes longer than most of what follows.
    const now = this.#clock.now();
    this.#dropExpired(now);
    const known = this.#find(outcome.id, now);
    const slot = known === noSlot ? this.#addTold(outcome, version, now) : known;
    if (slot === noSlot) return false;
    this.#label(slot, outcome);
    if (known === noSlot) this.#makeRoom();
    return true;
  }

  /** What is remembered of a decision, without changing anything; null if nothing is. */
  remembered(id: string): RememberedDecision | null {
    const slot = this.#pending.find(id);
    if (slot === noSlot || this.#isExpired(slot, this.#clock.now())) return null;
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    return {
      decidedAt: this.#time.epochMsOf(piece.decidedAt[at] as number),
      isLabelled: piece.label[at] !== labelCodes.none,
    };
  }

  /** Drops decisions whose label is no longer expected, and reads the wall clock. Called every second. */
  forgetExpired(): void {
    this.#time.look();
    this.#dropExpired(this.#clock.now());
  }

  /** The share of the most recent legitimate transactions that was flagged, and their number. */
  recentFalsePositiveRate(): FalsePositiveReading {
    return this.#recent.falsePositiveRate;
  }

  /** @param total the decisions that labels are compared with. */
  summary(total: number): LabelsSummary {
    return this.counts.summary(total);
  }

  #label(slot: number, { isFraud, amount = Number.NaN, fraudProbability = Number.NaN }: Outcome): void {
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    const label = isFraud ? labelCodes.fraud : labelCodes.legitimate;
    const isRevised = piece.label[at] !== label;
    const tellsMore =
      (Number.isNaN(piece.amount[at]) && !Number.isNaN(amount)) ||
      (Number.isNaN(piece.score[at]) && !Number.isNaN(fraudProbability));
    if (!isRevised && !tellsMore) return;
    this.#count(piece, at, -1);
    piece.label[at] = label;
    // The request's own amount is preferred to one that is reported later.
    if (Number.isNaN(piece.amount[at])) piece.amount[at] = amount;
    if (Number.isNaN(piece.score[at])) piece.score[at] = fraudProbability;
    this.#count(piece, at, 1);
    if (!isRevised) return;
    const ofVersion = this.#recentOf(piece.place[at]);
    if (isFraud) {
      this.#recent.remove(slot);
      ofVersion?.remove(slot);
    } else {
      this.#recent.add(slot, piece.decision[at] !== 0);
      ofVersion?.add(slot, piece.decision[at] !== 0);
    }
  }

  /** A decision that was made again. @param before where the earlier one was counted. */
  #updateRecent(slot: number, before: LabelPlace | null): void {
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    if (piece.label[at] !== labelCodes.legitimate) return;
    const isFlagged = piece.decision[at] !== 0;
    this.#recent.update(slot, isFlagged);
    const [old, now] = [this.#recentOf(before), this.#recentOf(piece.place[at])];
    if (old === now) {
      now?.update(slot, isFlagged);
    } else {
      old?.remove(slot);
      now?.add(slot, isFlagged);
    }
  }

  /** The latest labels of the version that decided; null if it is not known. */
  #recentOf(place: LabelPlace | null | undefined): RecentLegitimate | null {
    const version = place?.version ?? null;
    if (version === null) return null;
    version.recent ??= new RecentLegitimate(this.#pending, 'recentOfVersion');
    return version.recent;
  }

  /** @param by −1 removes the decision from its place. */
  #count(piece: PendingPiece, at: number, by: 1 | -1): void {
    const place = piece.place[at] as LabelPlace;
    const label = piece.label[at] as number;
    const code = piece.decision[at] as number;
    const isOwn = piece.isOwn[at] === 1;
    if (label === labelCodes.none) {
      // A decision that the host reports comes with its label.
      if (isOwn) place.addPending(code, by);
      return;
    }
    const told = this.#told;
    told.code = code;
    told.isFraud = label === labelCodes.fraud;
    told.amount = piece.amount[at] as number;
    told.isOwn = isOwn;
    place.addLabelled(told, piece.score[at] as number, by);
  }

  /** A decision from the host's own records, kept so that its label can be revised too. */
  #addTold({ id, decision, version: name, decidedAt }: Outcome, version: LabelCounts | null, now: number): number {
    if (decision === undefined || name === undefined) return noSlot;
    const slot = this.#pending.add(flatCopy(id));
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    piece.decision[at] = codeOf(decision);
    piece.isOwn[at] = 0;
    piece.decidedAt[at] = now - (decidedAt === undefined ? 0 : this.#time.ageMs(decidedAt));
    piece.amount[at] = Number.NaN;
    piece.score[at] = Number.NaN;
    piece.place[at] = this.#placeOf(version, this.#time.dayOfTold(decidedAt ?? Number.POSITIVE_INFINITY));
    return slot;
  }

  #placeOf(version: LabelCounts | null, day: number): LabelPlace {
    const counts = version ?? this.counts;
    const { latestPlace } = counts;
    return latestPlace?.day === day ? latestPlace : counts.placeAt(day, this.counts);
  }

  /** Checks the age too: an old decision that the host reports may be behind younger ones, where `forgetExpired` does not find it. */
  #find(id: string, now: number): number {
    const slot = this.#pending.find(id);
    if (slot === noSlot || !this.#isExpired(slot, now)) return slot;
    this.#forget(slot);
    return noSlot;
  }

  #dropExpired(now: number): void {
    const pending = this.#pending;
    for (let slot = pending.oldest; slot !== noSlot && this.#isExpired(slot, now); slot = pending.oldest) {
      this.#forget(slot);
    }
  }

  #isExpired(slot: number, now: number): boolean {
    const decidedAt = this.#pending.pieceOf(slot).decidedAt[slot & placeMask] as number;
    return now - decidedAt >= this.#limits.ttlMs;
  }

  #makeRoom(): void {
    if (this.#pending.size > this.#limits.maxPending) this.#forget(this.#pending.oldest);
  }

  #forget(slot: number): void {
    const piece = this.#pending.pieceOf(slot);
    const at = slot & placeMask;
    if (piece.label[at] === labelCodes.none && piece.isOwn[at] === 1) {
      this.#count(piece, at, -1);
      (piece.place[at] as LabelPlace).addUnlabelled(piece.decision[at] as number);
    }
    this.#recent.release(slot);
    piece.place[at]?.version?.recent?.release(slot);
    this.#pending.remove(slot);
  }
}
