import { ModelInvalidError } from '../errors.js';
import type { GraphDescription, GraphValue } from '../protocol/serving.js';
import { IssueList } from '../validation/issues.js';
import type { Manifest } from './manifest.js';

/**
 * Compares a manifest with the graph that the runtime loaded.
 *
 * @throws {ModelInvalidError} with every disagreement: the field, what the manifest says, what the graph has.
 */
export function checkGraph(manifest: Manifest, graph: GraphDescription, path: string): void {
  const issues = new IssueList();
  checkInputs(manifest, graph, issues);
  checkOutputs(manifest, graph, issues);
  if (issues.total === 0) return;
  const message = `${path}: model.json disagrees with the graph`;
  throw new ModelInvalidError(message, issues.listed, { totalIssues: issues.total });
}

function checkInputs(manifest: Manifest, graph: GraphDescription, issues: IssueList): void {
  for (const [index, input] of manifest.inputs.entries()) {
    const value = graph.inputs.find(({ name }) => name === input.name);
    if (value === undefined) {
      issues.add(`inputs[${index}].name`, namesOf(graph.inputs), JSON.stringify(input.name));
    } else if (!isFloatRows(value, input.size)) {
      issues.add(`inputs[${index}]`, describe(value), `${JSON.stringify(input.name)}, float32 [rows, ${input.size}]`);
    }
  }
  for (const { name } of graph.inputs) {
    if (!manifest.inputs.some((input) => input.name === name)) {
      issues.add('inputs', `the graph's input ${JSON.stringify(name)}`, 'no input of that name');
    }
  }
}

function checkOutputs(manifest: Manifest, graph: GraphDescription, issues: IssueList): void {
  const check = (field: keyof Manifest['outputs'], shape: string, accepts: (value: GraphValue) => boolean): void => {
    const name = manifest.outputs[field];
    if (name === undefined) return;
    const value = graph.outputs.find((output) => output.name === name);
    if (value === undefined) issues.add(`outputs.${field}`, namesOf(graph.outputs), JSON.stringify(name));
    else if (!accepts(value))
      issues.add(`outputs.${field}`, describe(value), `${JSON.stringify(name)}, float32 ${shape}`);
  };
  const isColumn = (value: GraphValue): boolean =>
    isFloatRows(value, 1) || (value.type === 'float32' && isRows(value, 1));
  check('logits', '[rows, 2]', (value) => isFloatRows(value, 2));
  check('probability', '[rows] or [rows, 1]', isColumn);
  check('riskScore', '[rows] or [rows, 1]', isColumn);
  check('attention', '[rows, n]', (value) => value.type === 'float32' && isRows(value, 2));
}

/** Whether a value has `rank` axes, the first of which takes any number of rows. */
function isRows(value: GraphValue, rank: number): boolean {
  return value.shape.length === rank && typeof value.shape[0] === 'string';
}

function isFloatRows(value: GraphValue, columns: number): boolean {
  return value.type === 'float32' && isRows(value, 2) && isColumns(value.shape[1], columns);
}

/** An axis without a fixed size takes any: the warm-up run shows whether it works. */
function isColumns(axis: number | string | undefined, columns: number): boolean {
  return typeof axis === 'string' || axis === columns;
}

function namesOf(values: readonly GraphValue[]): string {
  return `one of the graph's ${values.map(({ name }) => JSON.stringify(name)).join(', ')}`;
}

function describe({ name, type, shape }: GraphValue): string {
  return `${JSON.stringify(name)} as the graph has it, ${type} [${shape.map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
