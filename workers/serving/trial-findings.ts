import type { Issue } from '../../src/errors/issue.js';
import { type OutputSpec, type ScoreForm, scoreFormOf } from '../../src/protocol/output-forms.js';
import type { TrialReport } from '../../src/protocol/serving.js';
import { type RowScores, rounded } from './row-scores.js';
import { isSame, judgeCases } from './trial-cases.js';
import { changeIn } from './trial-changes.js';
import { judgeForm, judgeRange } from './trial-ranges.js';
import type { TrialRun } from './trial-run.js';

/** If the model has no score for this share of the rows, it is made for other values. Then the range of its scores means little. */
const doubtfulShare = 0.1;

/** Judges a model by its trial: problems, and remarks. */
export function judgeTrial(run: TrialRun, outputs: OutputSpec): Omit<TrialReport, 'cases'> {
  const usable = run.plausible.filter((scores) => scores !== null).filter(isUsable);
  const isDoubtful = run.plausible.length - usable.length >= doubtfulShare * run.plausible.length;
  const form = scoreFormOf(outputs);
  // The values of all classes before the calibration: a declared probability must be one.
  const areDeclared = form === 'probability' || form === 'probabilities';
  const probabilities = usable.flatMap(({ fraudProbability, raw }) =>
    areDeclared ? raw.filter(Number.isFinite) : fraudProbability,
  );
  const risks = usable.flatMap(({ riskScore }) => riskScore ?? []);
  const findings = [
    judgeRange(form, probabilities, isDoubtful),
    judgeRange('riskScore', risks, isDoubtful),
    judgeForm(form, usable),
  ];
  const issues: Issue[] = findings.flatMap(({ problem }) => problem ?? []);
  const change = changeIn(run);
  if (change !== null) {
    const { field, expected, received } = change;
    issues.push({ path: `outputs.${field === 'riskScore' ? field : form}`, expected, received });
  }
  issues.push(...judgeCases(run.cases, isConstant(usable)));
  return { issues, notes: [...findings.flatMap(({ note }) => note ?? []), ...notesOn(run, usable, form)] };
}

function isUsable({ fraudProbability, riskScore }: RowScores): boolean {
  return Number.isFinite(fraudProbability) && Number.isFinite(riskScore ?? 0);
}

function notesOn(run: TrialRun, usable: readonly RowScores[], form: ScoreForm): string[] {
  const { plausible, failure } = run;
  const notes: string[] = [];
  const failed = plausible.filter((scores) => scores === null).length;
  const without = plausible.length - failed - usable.length;
  if (failure !== null) {
    const cause = causeOf(run, (scores) => scores === null);
    notes.push(`the runtime failed on some invented rows (${failure})${cause}`);
  }
  if (without > 0) {
    const cause = causeOf(run, (scores) => scores !== null && !isUsable(scores));
    notes.push(`${without} of ${plausible.length} invented rows got no score (no finite number)${cause}`);
  }
  const [first] = usable;
  if (first !== undefined && isConstant(usable)) {
    notes.push(
      `all ${usable.length} invented rows got the same score, ${rounded(first.fraudProbability)}: ${causeOfConstant(usable, form)}`,
    );
  }
  return notes;
}

/** What the affected rows have in common. */
function causeOf({ plausible, haveGaps }: TrialRun, isSo: (scores: RowScores | null) => boolean): string {
  const rows = plausible.flatMap((scores, row) => (isSo(scores) ? [row] : []));
  const areGaps = rows.length > 0 && rows.every((row) => haveGaps[row] === true);
  return areGaps
    ? ', all of them rows with missing values: such a request fails; train the model with missing values, or say in model.json what stands for them (`missing`)'
    : ': such a request fails; is the model made for other values?';
}

function isConstant([first, ...others]: readonly RowScores[]): boolean {
  return first !== undefined && others.length > 0 && others.every((scores) => isSame(scores, first));
}

function causeOfConstant(rows: readonly RowScores[], form: ScoreForm): string {
  const values = rows.flatMap(({ raw }) => raw);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (form !== 'score' || low === high) return 'is the model trained, and made for other values?';
  return `before the calibration they were ${rounded(low)} to ${rounded(high)}: does the calibration fit?`;
}
