import type { BusinessSummary, Decision, ErrorCode, RiskLevel, ScoreResult } from 'fraud-scorer';
import { Float32List } from './float32-list.js';
import { type RankingQuality, rankingQuality } from './ranking-quality.js';

/** The outcomes of the transactions, compared with the file's own labels, whether or not these were known in time. */
export class Tally {
  readonly decisions: Record<Decision, number> = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
  readonly levels: Record<RiskLevel, number> = { LOW: 0, MEDIUM: 0, HIGH: 0 };
  readonly confusion: BusinessSummary['confusion'] = {
    truePositives: 0,
    falsePositives: 0,
    trueNegatives: 0,
    falseNegatives: 0,
  };
  /** How many were not scored, by the error's code. */
  readonly errors = new Map<ErrorCode, number>();
  readonly #fraudScores = new Float32List();
  readonly #legitimateScores = new Float32List();
  #scored = 0;
  #failed = 0;

  get scored(): number {
    return this.#scored;
  }

  get failed(): number {
    return this.#failed;
  }

  countScored({ decision, fraudProbability, riskLevel }: ScoreResult, isFraud: boolean | undefined): void {
    this.#scored++;
    this.decisions[decision]++;
    if (riskLevel !== null) this.levels[riskLevel]++;
    if (isFraud === undefined || fraudProbability === null) return;
    (isFraud ? this.#fraudScores : this.#legitimateScores).push(fraudProbability);
    if (decision === 'APPROVE') this.confusion[isFraud ? 'falseNegatives' : 'trueNegatives']++;
    else this.confusion[isFraud ? 'truePositives' : 'falsePositives']++;
  }

  countFailed(code: ErrorCode): void {
    this.#failed++;
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** How well the fraud probability ranks. Takes a moment if there are many. */
  ranking(): RankingQuality {
    return rankingQuality(this.#fraudScores.values, this.#legitimateScores.values);
  }
}
