import type { Decision, ModelIdentity } from '../api/result.js';
import type { Evaluation } from '../tools/score-file/evaluation.js';
import type { PolicyOutcome } from '../tools/score-file/metrics/threshold-table.js';
import type { ScoredFile } from '../tools/score-file/score-file.js';
import { describeProblem } from '../tools/score-file/skipped-rows.js';
import { table } from './table.js';

export interface ScoreSummary extends ScoredFile {
  model: ModelIdentity;
  file: string;
  out: string;
  /** The HTML file; null where none was asked for. */
  report: string | null;
  seconds: number;
  decisions: Record<Decision, number>;
  /** Null without labels. */
  evaluation: Evaluation | null;
}

/** Reasons for leaving rows out that are listed. */
const maxReasons = 20;

/** The summary for people. */
export function scoreText(summary: ScoreSummary): string {
  const { model, out, rows, scored, seconds, decisions, evaluation, report } = summary;
  const { APPROVE, REVIEW, BLOCK } = decisions;
  const lines = [
    `${model.name} ${model.version}: ${count(scored, 'row')} scored in ${seconds.toFixed(1)} s, written to ${out}`,
    `Decisions: APPROVE ${number(APPROVE)}, REVIEW ${number(REVIEW)}, BLOCK ${number(BLOCK)}`,
    ...skippedLines(summary, rows - scored),
  ];
  if (evaluation !== null) lines.push('', ...evaluationLines(evaluation));
  if (report !== null) lines.push('', `Curves: ${report}`);
  return `${lines.join('\n')}\n`;
}

function skippedLines({ skipped }: ScoreSummary, total: number): string[] {
  if (total === 0) return [];
  const reasons = skipped.slice(0, maxReasons).map((reason) => {
    const more = reason.rows > reason.lines.length ? ', …' : '';
    const where = `line${reason.rows === 1 ? '' : 's'} ${reason.lines.join(', ')}${more}`;
    return `  ${describeProblem(reason)}: ${count(reason.rows, 'row')} (${where})`;
  });
  const more = skipped.length - reasons.length;
  if (more > 0) reasons.push(`  and ${count(more, 'more reason')}`);
  return [`Bad rows, left out: ${number(total)}`, ...reasons];
}

function evaluationLines(evaluation: Evaluation): string[] {
  const { labelled, frauds, unlabelled, thresholds, costs, best, decided } = evaluation;
  const withMoney = costs !== null;
  const lines = [
    `Labels: ${count(labelled, 'row')}, of which ${number(frauds)} fraud (${percent(labelled === 0 ? null : frauds / labelled)})` +
      (unlabelled === 0 ? '' : `; ${count(unlabelled, 'row')} without a label left out of all that follows`),
    `Area under ROC: ${fixed(evaluation.areaUnderRoc)}`,
    `Average precision: ${fixed(evaluation.averagePrecision)}`,
    ...(evaluation.isExact ? [] : ['There were very many different scores: neighbouring ones were counted as one.']),
    '',
    table(
      [
        'review above',
        'block above',
        'blocked',
        'reviewed',
        'precision',
        'detection rate',
        ...(withMoney ? ['saved'] : []),
      ],
      [
        ['policy today', '', ...outcomeCells(decided, withMoney)],
        ...thresholds.map((row) => [
          String(row.reviewProbability),
          String(row.blockProbability),
          ...outcomeCells(row, withMoney),
        ]),
      ],
    ),
    'Shares are of all labelled rows. Precision: the frauds among what is blocked or reviewed. Detection rate: the share of all frauds',
    'that is blocked or reviewed. All rows but the first look at fraudProbability alone.',
  ];
  if (costs === null || best === null) return lines;
  const { reviewProbability, blockProbability, saved } = best;
  const policy = `{ "reviewProbability": ${reviewProbability}, "blockProbability": ${blockProbability}, "reviewRisk": 1, "blockRisk": 1 }`;
  return [
    ...lines,
    `Saved: the amounts of all frauds blocked or reviewed, less ${costs.reviewCost} for each review, less ${percent(costs.blockCost)} of the amounts of`,
    'good transactions that are blocked.',
    '',
    `Thresholds that save most (${money(saved)}): "policy": ${policy}`,
  ];
}

function outcomeCells(outcome: PolicyOutcome, withMoney: boolean): string[] {
  const { blockedShare, reviewedShare, precision, detectionRate, saved } = outcome;
  const shares = [blockedShare, reviewedShare, precision, detectionRate].map(percent);
  return withMoney ? [...shares, money(saved)] : shares;
}

export function percent(share: number | null): string {
  if (share === null) return '–';
  const digits = share > 0 && share < 0.001 ? 4 : 2;
  return `${(share * 100).toFixed(digits)} %`;
}

export function money(amount: number | null): string {
  return amount === null ? '–' : amount.toLocaleString('en', { maximumFractionDigits: 2 });
}

export function fixed(value: number | null): string {
  return value === null ? '– (it takes rows of both kinds)' : value.toFixed(4);
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function count(value: number, what: string): string {
  return `${number(value)} ${what}${value === 1 ? '' : 's'}`;
}
