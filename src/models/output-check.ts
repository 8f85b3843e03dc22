import { hasClasses, scoreFormOf } from '../protocol/output-forms.js';
import type { GraphDescription, GraphValue } from '../protocol/serving.js';
import type { IssueList } from '../validation/issues.js';
import { describeValue, fixedRowsOf, namesOf } from './graph-values.js';
import type { Manifest } from './manifest.js';

/** What an output of the graph must look like. */
interface Expectation {
  field: 'logits' | 'logit' | 'probability' | 'probabilities' | 'score' | 'riskScore' | 'attention';
  name: string;
  shape: string;
  accepts: (columns: (number | string)[]) => boolean;
}

/**
 * Compares the outputs of a manifest with those of the graph.
 *
 * @param hasRun whether a run gave outputs of the right size. Then a wrong declared shape is only a remark.
 * @param notes receives remarks that are not problems.
 */
export function checkOutputs(
  manifest: Manifest,
  graph: GraphDescription,
  hasRun: boolean,
  issues: IssueList,
  notes: string[],
): void {
  const fixedRows = fixedRowsOf(graph.inputs);
  for (const expectation of expectationsOf(manifest)) {
    const { field, name, shape, accepts } = expectation;
    const path = `outputs.${field}`;
    const value = graph.outputs.find((output) => output.name === name);
    if (value === undefined) {
      issues.add(path, namesOf(graph.outputs), JSON.stringify(name));
    } else if (!floatTypes.has(value.type)) {
      issues.add(path, 'a tensor of floating point numbers', whyNoScore(value, graph.outputs, manifest.file));
    } else if (!isUndeclared(value) && !(hasRows(value, fixedRows) && accepts(value.shape.slice(1)))) {
      const declared = describeValue(value);
      if (hasRun) notes.push(`${path}: ${declared}; it gives ${shape}, which is what counts`);
      else issues.add(path, declared, `${JSON.stringify(name)}, ${shape}${hint(expectation, value, manifest)}`);
    }
  }
  if (!hasRun) checkFraudClass(manifest, graph, issues);
}

const floatTypes: ReadonlySet<string> = new Set(['float32', 'float64', 'float16']);

function expectationsOf({ outputs }: Manifest): Expectation[] {
  const form = scoreFormOf(outputs);
  const expectations: Expectation[] = [];
  const add = (field: Expectation['field'], shape: string, accepts: Expectation['accepts']): void => {
    const name = outputs[field];
    if (name !== undefined) expectations.push({ field, name, shape, accepts });
  };
  const classes = outputs.classes?.length;
  const isOne: Expectation['accepts'] = (columns) =>
    columns.length === 0 || columns.every((axis) => typeof axis === 'string' || axis === 1);
  const isClasses: Expectation['accepts'] = ([columns, ...more]) =>
    more.length === 0 &&
    (typeof columns === 'number' ? columns >= 2 && columns === (classes ?? columns) : columns !== undefined);
  if (hasClasses(form)) add(form, `[rows, ${classes ?? 'classes'}]`, isClasses);
  else add(form, '[rows] or [rows, 1]', isOne);
  add('riskScore', '[rows] or [rows, 1]', isOne);
  add('attention', '[rows, n]', (columns) => columns.length === 1);
  return expectations;
}

/** Whether the graph declares no shape, as far as it is known. */
function isUndeclared({ shape }: GraphValue): boolean {
  return shape.length === 0;
}

/** Whether the first axis has as many rows as the inputs. */
function hasRows({ shape: [rows] }: GraphValue, fixedRows: number | null): boolean {
  return typeof rows === 'string' || (rows !== undefined && rows === fixedRows);
}

function whyNoScore(value: GraphValue, outputs: readonly GraphValue[], file: string): string {
  const name = JSON.stringify(value.name);
  if (value.type === 'no tensor') {
    return `${name}, a sequence of maps: the graph ends in ZipMap. Run \`fraud-scorer adopt ${file}\`, or export with zipmap=False`;
  }
  const scores = outputs.filter(({ type }) => floatTypes.has(type)).map((output) => JSON.stringify(output.name));
  const others =
    scores.length === 0 ? 'the graph has no other output with numbers' : `the scores may be in ${scores.join(' or ')}`;
  if (!isLabel(value)) return `${describeValue(value)}; ${others}`;
  return `${describeValue(value)}, the label that the model predicts and no score; ${others}`;
}

function isLabel({ type }: GraphValue): boolean {
  return type === 'int64' || type === 'int32' || type === 'string' || type === 'bool';
}

/** Advice about a shape, if the shape allows it. */
function hint({ field }: Expectation, { shape }: GraphValue, { inputs }: Manifest): string {
  const columns = shape.length === 2 && typeof shape[1] === 'number' ? shape[1] : null;
  if (columns === null || field === 'attention' || field === 'riskScore') return '';
  if (columns === 1) {
    if (field === 'logits') return '; name one column of logits as outputs.logit';
    return field === 'probabilities' ? '; name one column of probabilities as outputs.probability' : '';
  }
  if ((columns > 2 || field === 'score') && inputs.some(({ size }) => size === columns)) {
    return (
      '; it is as wide as an input. An autoencoder, which gives back its input, has no score: add the distance of both, such as the mean ' +
      'of their squared differences, to the graph as an output, and name that as outputs.score with a calibration'
    );
  }
  if (field === 'logit') return '; name a column of logits for each class as outputs.logits, with outputs.fraudClass';
  if (field === 'probability')
    return '; name a column of probabilities for each class as outputs.probabilities, with outputs.fraudClass';
  return '';
}

/** If the graph says how many classes there are. */
function checkFraudClass({ outputs }: Manifest, graph: GraphDescription, issues: IssueList): void {
  const form = scoreFormOf(outputs);
  const value = graph.outputs.find(({ name }) => name === outputs[form]);
  const columns = value?.shape[1];
  if (!hasClasses(form) || value === undefined || typeof columns !== 'number' || columns < 2) return;
  const { fraudClass } = outputs;
  const expected = `which of the ${columns} columns of ${JSON.stringify(value.name)} is fraud, an integer from 0 to ${columns - 1}`;
  if (fraudClass === undefined && columns > 2) issues.add('outputs.fraudClass', expected, 'nothing');
  if (fraudClass !== undefined && fraudClass >= columns) issues.add('outputs.fraudClass', expected, String(fraudClass));
}
