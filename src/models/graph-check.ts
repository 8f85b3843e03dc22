import { ModelInvalidError } from '../errors.js';
import type { GraphDescription, GraphValue } from '../protocol/serving.js';
import { IssueList } from '../validation/issues.js';
import { checkInputs, describeValue as describe, isRows, namesOf } from './graph-check-inputs.js';
import type { Manifest } from './manifest.js';

/**
 * Compares a manifest with the graph that the runtime loaded.
 *
 * @throws {ModelInvalidError} with every disagreement: the field, what the manifest says, what the graph has.
 */
export function checkGraph(manifest: Manifest, graph: GraphDescription, path: string): void {
  const issues = new IssueList();
  checkInputs(manifest.inputs, graph, issues);
  checkOutputs(manifest, graph, issues);
  if (issues.total === 0) return;
  const message = `${path}: model.json disagrees with the graph`;
  throw new ModelInvalidError(message, issues.listed, { totalIssues: issues.total });
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

function isFloatRows(value: GraphValue, columns: number): boolean {
  return value.type === 'float32' && isRows(value, 2) && isColumns(value.shape[1], columns);
}

/** An axis without a fixed size takes any: the warm-up run shows whether it works. */
function isColumns(axis: number | string | undefined, columns: number): boolean {
  return typeof axis === 'string' || axis === columns;
}
