import type { ScoreForm } from '../../protocol/output-forms.js';
import type { OutputForm } from './form-names.js';
import type { SeenOutput, Verdict } from './output-forms.js';
import { listed, refusal } from './refusal.js';

export interface JudgedOutput extends SeenOutput {
  verdict: Verdict;
}

export interface ChosenOutput {
  form: ScoreForm;
  output: JudgedOutput;
  /** Why this output and this form were chosen, for people. */
  why: string;
}

/**
 * Chooses the output that has the score. It does not guess what the graph does not say.
 *
 * @param forms the forms that the caller gives for outputs, by name.
 * @param isCalibrated whether the caller gives a calibration, which needs an output of one number per row.
 * @throws {ModelInvalidError} with the choices if there are several; with advice if no output can be used.
 */
export function chooseOutput(
  outputs: readonly JudgedOutput[],
  forms: ReadonlyMap<string, OutputForm>,
  isCalibrated: boolean,
): ChosenOutput {
  const unknown = [...forms.keys()].find((name) => !outputs.some((output) => output.name === name));
  if (unknown !== undefined) {
    throw refusal('outputs', `one of ${listed(outputs.map(({ name }) => name))}`, JSON.stringify(unknown));
  }
  const given = outputs.flatMap((output) => {
    const form = forms.get(output.name);
    return form === undefined || form === 'riskScore' || form === 'attention'
      ? []
      : [{ form, output, why: 'as it was asked for' }];
  });
  const [first] = given;
  if (given.length > 1) throw refusal('outputs', 'one output that decides', choices(given));
  if (first !== undefined) return requireCalibration(fitting(first), isCalibrated);
  const open = outputs.filter(({ name }) => !forms.has(name));
  if (isCalibrated) return chooseScore(open);
  const found = decisive(open.flatMap(candidate));
  const [best] = found;
  if (found.length > 1) throw refusal('outputs', 'a choice, as more than one output may decide', choices(found));
  if (best !== undefined) return best;
  throw noOutput(open);
}

function candidate(output: JudgedOutput): ChosenOutput[] {
  const { verdict } = output;
  return verdict.kind === 'score' ? [{ form: verdict.form, output, why: verdict.why }] : [];
}

/** If a graph gives logits and the probabilities made from them, chooses the probabilities. */
function decisive(found: readonly ChosenOutput[]): readonly ChosenOutput[] {
  const ready = found.filter(({ form }) => form === 'probability' || form === 'probabilities');
  return ready.length === 1 ? ready : found;
}

/** A calibration needs one number per row. Prefers an anomaly score if there is one. */
function chooseScore(outputs: readonly JudgedOutput[]): ChosenOutput {
  const asScore = (output: JudgedOutput): ChosenOutput => ({
    form: 'score',
    output,
    why: 'a score, as a calibration is given',
  });
  const anomalies = outputs.filter(({ verdict }) => verdict.kind === 'anomaly');
  const columns = outputs.filter(isColumn);
  const found = (anomalies.length > 0 ? anomalies : columns).map(asScore);
  const [first] = found;
  if (found.length > 1)
    throw refusal('outputs', 'a choice, as the calibration may be for more than one output', choices(found));
  if (first !== undefined) return first;
  const ready = outputs.flatMap(candidate);
  const cure =
    ready.length === 0
      ? ''
      : `: these give probabilities without a calibration; to map them to others, say so: ${choices(ready)}`;
  throw refusal('calibration', 'an output of one number a row, which it is for', describe(outputs) + cure);
}

function isColumn({ type, rows }: SeenOutput): boolean {
  return /^float/.test(type) && rows?.[0]?.length === 1;
}

/** @throws {ModelInvalidError} if an output does not have the requested form. */
function fitting(chosen: ChosenOutput): ChosenOutput {
  const { form, output } = chosen;
  const width = output.rows?.[0]?.length ?? 0;
  const isTable = form === 'logits' || form === 'probabilities';
  if (!/^float/.test(output.type) || (isTable ? width < 2 : width !== 1)) {
    const expected = isTable ? 'an output of two or more numbers a row' : 'an output of one number a row';
    throw refusal(`outputs.${form}`, expected, `${JSON.stringify(output.name)}, ${shapeText(output)}`);
  }
  return chosen;
}

function requireCalibration(chosen: ChosenOutput, isCalibrated: boolean): ChosenOutput {
  if (chosen.form === 'score' && !isCalibrated) throw needsCalibration([chosen.output]);
  return chosen;
}

function noOutput(outputs: readonly JudgedOutput[]): Error {
  const unclear = outputs.flatMap((output) => {
    const { verdict } = output;
    return verdict.kind === 'unclear' ? verdict.forms.map((form) => ({ form, output, why: verdict.why })) : [];
  });
  if (unclear.length > 0)
    return refusal('outputs', 'a choice, as the graph does not say what its output is', choices(unclear));
  const anomalies = outputs.filter(({ verdict }) => verdict.kind === 'anomaly');
  if (anomalies.length > 0) return needsCalibration(anomalies);
  const isAutoencoder = outputs.some(
    ({ verdict }) => verdict.kind === 'unusable' && verdict.why.includes('autoencoder'),
  );
  const cure = isAutoencoder
    ? 'add the distance of the output from the input as an output of the graph (in PyTorch: return ((y - x) ** 2).mean(1)), and adopt it with a calibration'
    : 'export the model with its probabilities as an output';
  return refusal('outputs', 'probabilities, logits or a score for each row', `${describe(outputs)}: ${cure}`);
}

function needsCalibration(outputs: readonly JudgedOutput[]): Error {
  const found = outputs.map(
    ({ name, verdict }) => `${JSON.stringify(name)} (${'why' in verdict ? verdict.why : 'a score'})`,
  );
  return refusal(
    'calibration',
    `what maps the score to a probability: --calibration platt:A,B (sigmoid(A · score + B), A below 0 where low scores are fraud) or a JSON file { "method": "isotonic", "x": […], "y": […] }${outputs.length > 1 ? ', and --output NAME=score to choose' : ''}`,
    `none, for ${found.join(', ')}`,
  );
}

function choices(found: readonly ChosenOutput[]): string {
  return found.map(({ form, output, why }) => `--output ${output.name}=${form} (${why})`).join(', ');
}

function describe(outputs: readonly JudgedOutput[]): string {
  if (outputs.length === 0) return 'no output that is left';
  const texts = outputs
    .slice(0, 8)
    .map(({ name, verdict }) => `${JSON.stringify(name)}: ${'why' in verdict ? verdict.why : verdict.kind}`);
  if (outputs.length > texts.length) texts.push(`${outputs.length - texts.length} more`);
  return texts.join('; ');
}

function shapeText({ type, axes }: SeenOutput): string {
  return `${type} [${['rows', ...axes.slice(1)].join(', ')}]`;
}
