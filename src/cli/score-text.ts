import type { Decision, ModelIdentity } from '../api/result.js';
import { shownName } from '../errors/foreign-names.js';
import type { Evaluation } from '../tools/score-file/evaluation.js';
import type { ScoredFile } from '../tools/score-file/score-file.js';
import { describeProblem } from '../tools/score-file/skipped-rows.js';
import type { UnknownTextsOfColumn } from '../tools/score-file/unknown-texts.js';
import { countOf, evaluationFacts, numberText, thresholdCells, thresholdNotes } from './evaluation-words.js';
import { table } from './table.js';

export interface ScoreSummary extends ScoredFile {
  model: ModelIdentity;
  file: string;
  out: string;
  /** The HTML file; null if none was asked for. */
  report: string | null;
  seconds: number;
  /** Scored rows in which a text became `unknownCategory`, by column. */
  unknownTexts: UnknownTextsOfColumn[];
  decisions: Record<Decision, number>;
  /** null without labels. */
  evaluation: Evaluation | null;
}

/** The most reasons for skipped rows that are listed. */
const maxReasons = 20;

/** The most columns with unknown texts that are listed. */
const maxColumns = 20;

/** The summary, for people. */
export function scoreText(summary: ScoreSummary): string {
  const { model, out, scored, seconds, evaluation, report } = summary;
  const lines = [
    `${model.name} ${model.version}: ${countOf(scored, 'row')} scored in ${seconds.toFixed(1)} s, written to ${out}`,
    `Decisions: ${decisionsText(summary)}`,
    ...unknownTextsFacts(summary).map(([name, value]) => `${name}: ${value}`),
    ...skippedLines(summary),
  ];
  if (evaluation !== null) lines.push('', ...evaluationLines(evaluation));
  if (report !== null) lines.push('', `Curves: ${report}`);
  return `${lines.join('\n')}\n`;
}

export function decisionsText({ decisions: { APPROVE, REVIEW, BLOCK } }: ScoreSummary): string {
  return `APPROVE ${numberText(APPROVE)}, REVIEW ${numberText(REVIEW)}, BLOCK ${numberText(BLOCK)}`;
}

/** Pairs of name and value; empty if the model knows all texts. */
export function unknownTextsFacts({ unknownTexts }: ScoreSummary): (readonly [string, string])[] {
  if (unknownTexts.length === 0) return [];
  const columns = unknownTexts
    .slice(0, maxColumns)
    .map(({ column, rows }) => `${shownName(column)} ${countOf(rows, 'row')}`);
  const more = unknownTexts.length - columns.length;
  if (more > 0) columns.push(`and ${countOf(more, 'more column')}`);
  return [['Texts that the model does not know, scored as unknownCategory', columns.join(', ')]];
}

function skippedLines({ skipped, rows, scored }: ScoreSummary): string[] {
  if (rows === scored) return [];
  const reasons = skipped.slice(0, maxReasons).map((reason) => {
    const more = reason.rows > reason.lines.length ? ', …' : '';
    const where = `line${reason.rows === 1 ? '' : 's'} ${reason.lines.join(', ')}${more}`;
    return `  ${describeProblem(reason)}: ${countOf(reason.rows, 'row')} (${where})`;
  });
  const more = skipped.length - reasons.length;
  if (more > 0) reasons.push(`  and ${countOf(more, 'more reason')}`);
  return [`Bad rows, left out: ${numberText(rows - scored)}`, ...reasons];
}

function evaluationLines(evaluation: Evaluation): string[] {
  const { head, rows } = thresholdCells(evaluation);
  return [
    ...evaluationFacts(evaluation).map(([name, value]) => `${name}: ${value}`),
    '',
    table(head, rows),
    ...thresholdNotes(evaluation),
  ];
}
