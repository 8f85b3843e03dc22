import { type Calibration, hasClasses, type OutputSpec, scoreFormOf, scoreForms } from '../protocol/output-forms.js';
import type { FieldReader } from '../validation/field-reader.js';
import type { IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { notReserved, reservedName } from './reserved-name.js';

/** The graph's outputs by meaning. */
export type ManifestOutputs = OutputSpec;

const expectedForms = 'exactly one of logits, logit, probability, probabilities and score';

/** Reads `outputs`. */
export function readOutputs(reader: FieldReader, issues: IssueList): ManifestOutputs {
  const outputs: ManifestOutputs = {};
  for (const meaning of [...scoreForms, 'riskScore', 'attention'] as const) {
    const name = reader.value(meaning, "the name of a graph's output", isText);
    if (name === reservedName) reader.reject(meaning, notReserved, name);
    if (name !== undefined) outputs[meaning] = name;
  }
  const given = scoreForms.filter((form) => reader.has(form));
  if (given.length !== 1 && !reader.isUnreadable)
    issues.add('outputs', expectedForms, given.length === 0 ? 'none of them' : given.join(' and '));
  readClasses(reader, outputs);
  reader.rejectUnknown();
  return outputs;
}

/** Reads `fraudClass` and `classes`. A number is a column. A text is a label, whose column comes from `classes`. */
function readClasses(reader: FieldReader, outputs: ManifestOutputs): void {
  const labels = reader.list('classes', 'texts or integers, the labels in column order', isLabel)?.map(String);
  const fraud = reader.value(
    'fraudClass',
    'a column of the classes, an integer from 0, or the label of one',
    isFraudClass,
  );
  const isGiven = reader.has('classes') || reader.has('fraudClass');
  if (isGiven && scoreForms.some((form) => outputs[form] !== undefined) && !hasClasses(scoreFormOf(outputs))) {
    const field = reader.has('fraudClass') ? 'fraudClass' : 'classes';
    reader.reject(field, `nothing, as outputs.${scoreFormOf(outputs)} has no classes`, fraud ?? labels);
    return;
  }
  if (labels !== undefined) {
    const repeated = labels.findIndex((label, index) => labels.indexOf(label) < index);
    if (labels.length < 2) reader.reject('classes', 'at least two labels', labels);
    else if (repeated >= 0) reader.reject(`classes[${repeated}]`, 'each label once', labels[repeated]);
    else outputs.classes = labels;
  }
  const column = typeof fraud === 'string' ? columnOf(reader, fraud, labels) : fraud;
  if (typeof column === 'number' && labels !== undefined && column >= labels.length) {
    reader.reject(
      'fraudClass',
      `a column of ${labels.length} classes, an integer from 0 to ${labels.length - 1}`,
      column,
    );
  }
  if (column !== undefined) outputs.fraudClass = column;
  else if (fraud === undefined && labels !== undefined && labels.length > 2) {
    reader.reject('fraudClass', `one of the ${labels.length} classes: a column, or a label`, undefined);
  }
}

function columnOf(reader: FieldReader, label: string, labels: readonly string[] | undefined): number | undefined {
  if (labels === undefined) {
    if (!reader.has('classes')) {
      reader.reject('fraudClass', 'outputs.classes beside a label, or the number of a column', label);
    }
    return undefined;
  }
  const column = labels.indexOf(label);
  if (column >= 0) return column;
  reader.reject(
    'fraudClass',
    `one of outputs.classes, ${labels
      .slice(0, 20)
      .map((name) => JSON.stringify(name))
      .join(', ')}`,
    label,
  );
  return undefined;
}

/** Reads `calibration`; undefined if there is none, or it is not valid. */
export function readCalibration(
  reader: FieldReader,
  outputs: ManifestOutputs,
  issues: IssueList,
): Calibration | undefined {
  const isNeeded = outputs.score !== undefined;
  const expected = "{ method: 'platt', a, b } or { method: 'isotonic', x, y }";
  if (!reader.has('calibration')) {
    // Read it, so that it does not count as an unknown field.
    reader.nested('calibration');
    if (isNeeded) {
      issues.add('calibration', `${expected}, which maps outputs.score to a probability`, 'nothing');
    }
    return undefined;
  }
  return readCalibrationFields(reader.nested('calibration', `an object ${expected}`));
}

/** The fields of a calibration; undefined if any is not valid. */
export function readCalibrationFields(fields: FieldReader): Calibration | undefined {
  const { issues } = fields;
  const before = issues.total;
  const method = fields.required('method', "'platt' or 'isotonic'", isMethod);
  if (method === undefined) return undefined;
  const calibration = method === 'isotonic' ? readIsotonic(fields) : readPlatt(fields);
  fields.rejectUnknown();
  return issues.total === before ? calibration : undefined;
}

function readPlatt(fields: FieldReader): Calibration {
  const a = fields.required('a', 'a finite number other than 0', isSlope) ?? 1;
  const b = fields.required('b', 'a finite number', isNumber) ?? 0;
  return { method: 'platt', a, b };
}

function readIsotonic(fields: FieldReader): Calibration {
  const x = fields.required('x', 'a list of at least two finite numbers', isNumbers) ?? [];
  const y = fields.required('y', 'a list of at least two numbers in [0, 1]', isProbabilities) ?? [];
  if (x.length > 0 && y.length > 0 && x.length !== y.length) fields.reject('y', `${x.length} numbers, as many as x`, y);
  const step = x.findIndex((value, index) => index > 0 && value <= (x[index - 1] as number));
  if (step >= 0) fields.reject(`x[${step}]`, 'a number above the one before', x[step]);
  const isRising = (y.at(-1) ?? 0) >= (y[0] ?? 0);
  const turn = y.findIndex((value, index) => {
    const before = y[index - 1] ?? value;
    return isRising ? value < before : value > before;
  });
  if (turn >= 0) fields.reject(`y[${turn}]`, `a number not ${isRising ? 'below' : 'above'} the one before`, y[turn]);
  return { method: 'isotonic', x, y };
}

function isLabel(value: unknown): value is string | number {
  return isText(value) || Number.isSafeInteger(value);
}

function isFraudClass(value: unknown): value is string | number {
  return isText(value) || (Number.isSafeInteger(value) && Number(value) >= 0);
}

function isMethod(value: unknown): value is Calibration['method'] {
  return value === 'platt' || value === 'isotonic';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isSlope(value: unknown): value is number {
  return isNumber(value) && value !== 0;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isNumber);
}

function isProbabilities(value: unknown): value is number[] {
  return isNumbers(value) && value.every((number) => number >= 0 && number <= 1);
}
