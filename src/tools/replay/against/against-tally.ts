import { decide } from '../../../answering/policy.js';
import type { Decision } from '../../../api/result.js';
import type { RecordedRow } from '../batch.js';
import { roundedPolicy } from '../verdict.js';
import { type AgainstReport, type AgainstSkips, emptyMatrix } from './against-report.js';
import { ConfusionTally } from './confusion.js';
import type { Labels } from './labels.js';
import { ScoreDifferenceTally } from './score-differences.js';

/** Counts what another model would have decided. */
export class AgainstTally {
  readonly #labels: Labels;
  readonly #skipped: AgainstSkips = { shadow: 0, fallback: 0, noFeatures: 0, unreadable: 0, failed: 0 };
  readonly #flips = emptyMatrix();
  readonly #amounts = emptyMatrix();
  readonly #differences = new ScoreDifferenceTally();
  readonly #recorded = new ConfusionTally();
  readonly #against = new ConfusionTally();
  #decisions = 0;
  #flipped = 0;
  #byHost = 0;
  #withAmount = 0;
  #labelled = 0;
  #frauds = 0;

  constructor(labels: Labels) {
    this.#labels = labels;
  }

  skip(why: keyof AgainstSkips): void {
    this.#skipped[why] += 1;
  }

  /** @param decision the other model's. */
  add(row: RecordedRow, decision: Decision, fraudProbability: number): void {
    const recorded = decisionOf(row);
    this.#decisions += 1;
    if (row.decidedBy === 'host') this.#byHost += 1;
    if (recorded !== decision) this.#flipped += 1;
    this.#flips[recorded][decision] += 1;
    this.#differences.add(fraudProbability - (row.fraudProbability ?? Number.NaN));
    const label = row.id === null ? undefined : this.#labels.byId.get(row.id);
    const amount = row.amount ?? label?.amount ?? null;
    if (amount !== null) {
      this.#withAmount += 1;
      this.#amounts[recorded][decision] += amount;
    }
    if (label === undefined) return;
    this.#labelled += 1;
    if (label.isFraud) this.#frauds += 1;
    this.#recorded.add(recorded, label.isFraud, amount);
    this.#against.add(decision, label.isFraud, amount);
  }

  summary(): Omit<AgainstReport, 'model' | 'policy' | 'thresholds' | 'notes'> {
    const hasLabels = this.#labels.byId.size > 0 || this.#labels.withoutId > 0;
    return {
      decisions: this.#decisions,
      decidedByHost: this.#byHost,
      skipped: this.#skipped,
      flips: this.#flips,
      flipped: this.#flipped,
      scoreDifference: this.#differences.differences(),
      amounts: this.#withAmount === 0 ? null : { decisions: this.#withAmount, flips: this.#amounts },
      labels: hasLabels
        ? {
            decisions: this.#labelled,
            frauds: this.#frauds,
            withoutId: this.#labels.withoutId,
            recorded: this.#recorded.confusion(),
            against: this.#against.confusion(),
          }
        : null,
    };
  }
}

/** The policy's decision: another model's is compared with that, and not with what the host made of it. */
function decisionOf(row: RecordedRow): Decision {
  if (row.decidedBy !== 'host') return row.decision;
  return decide(row.fraudProbability ?? 0, row.riskScore ?? 0, roundedPolicy(row.policy));
}
