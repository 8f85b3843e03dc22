import type { Evaluation } from '../tools/score-file/evaluation.js';
import type { PolicyOutcome } from '../tools/score-file/metrics/threshold-table.js';

// Describes how good the scores are, as words and table cells for the terminal and the HTML report.

/** Pairs of name and value. */
export function evaluationFacts(evaluation: Evaluation): (readonly [string, string])[] {
  const { labelled, frauds, unlabelled, areaUnderRoc, averagePrecision, isExact, best } = evaluation;
  const share = percent(labelled === 0 ? null : frauds / labelled);
  const facts: (readonly [string, string])[] = [
    ['Labelled', `${countOf(labelled, 'row')}, ${numberText(frauds)} of them fraud (${share})`],
  ];
  if (unlabelled > 0) facts.push(['Without a label', `${countOf(unlabelled, 'row')}, scored, but not counted here`]);
  facts.push(['Area under ROC', fixed(areaUnderRoc)], ['Average precision', fixed(averagePrecision)]);
  if (!isExact) facts.push(['Note', 'there are too many different scores, so similar scores were counted as one']);
  if (best !== null) {
    const { reviewProbability, blockProbability, saved } = best;
    const policy = `{ "reviewProbability": ${reviewProbability}, "blockProbability": ${blockProbability}, "reviewRisk": 1, "blockRisk": 1 }`;
    facts.push(['Most money saved', money(saved)], ['by the policy', policy]);
  }
  return facts;
}

export function thresholdCells({ thresholds, decided, costs }: Evaluation): { head: string[]; rows: string[][] } {
  const withMoney = costs !== null;
  const head = ['review above', 'block above', 'blocked', 'reviewed', 'precision', 'detection rate'];
  const rows = thresholds.map((row) => {
    const { reviewProbability, blockProbability } = row;
    return [String(reviewProbability), String(blockProbability), ...outcomeCells(row, withMoney)];
  });
  return {
    head: withMoney ? [...head, 'saved'] : head,
    rows: [['policy today', '', ...outcomeCells(decided, withMoney)], ...rows],
  };
}

/** Explains the table's columns in sentences. */
export function thresholdNotes({ costs }: Evaluation): string[] {
  const notes = [
    'Shares are shares of all labelled rows.',
    'Precision: the share of frauds among the blocked and reviewed rows.',
    'Detection rate: the share of all frauds that are blocked or reviewed.',
    'The first line uses the whole policy. All other lines use only fraudProbability.',
  ];
  if (costs !== null) {
    const { reviewCost, blockCost } = costs;
    const blocked = `${Number((blockCost * 100).toFixed(4))} %`;
    notes.push(
      `Saved: the amounts of all frauds that are blocked or reviewed, less ${reviewCost} for each review, less ${blocked} of the amounts of good transactions that are blocked.`,
    );
  }
  return notes;
}

function outcomeCells(outcome: PolicyOutcome, withMoney: boolean): string[] {
  const { blockedShare, reviewedShare, precision, detectionRate, saved } = outcome;
  const shares = [blockedShare, reviewedShare, precision, detectionRate].map(percent);
  return withMoney ? [...shares, money(saved)] : shares;
}

function percent(share: number | null): string {
  if (share === null) return '–';
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 4 : 2)} %`;
}

function money(amount: number | null): string {
  return amount === null ? '–' : amount.toLocaleString('en', { maximumFractionDigits: 2 });
}

function fixed(value: number | null): string {
  return value === null ? '– (needs both frauds and good rows)' : value.toFixed(4);
}

export function numberText(value: number): string {
  return value.toLocaleString('en');
}

export function countOf(value: number, what: string): string {
  return `${numberText(value)} ${what}${value === 1 ? '' : 's'}`;
}
