import type { BusinessSummary, Decision, RiskLevel } from '../types.js';

/** What the model decided. */
export class DecisionCounter {
  readonly #decisions: Record<Decision, number> = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
  #highRisk = 0;

  count(decision: Decision, level: RiskLevel): void {
    this.#decisions[decision] += 1;
    if (level === 'HIGH') this.#highRisk += 1;
  }

  get total(): number {
    const { APPROVE, REVIEW, BLOCK } = this.#decisions;
    return APPROVE + REVIEW + BLOCK;
  }

  summary(): Pick<BusinessSummary, 'total' | 'approved' | 'reviewed' | 'blocked' | 'highRisk'> {
    const { APPROVE, REVIEW, BLOCK } = this.#decisions;
    return { total: this.total, approved: APPROVE, reviewed: REVIEW, blocked: BLOCK, highRisk: this.#highRisk };
  }
}
