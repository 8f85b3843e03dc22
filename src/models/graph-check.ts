import { ModelInvalidError } from '../errors.js';
import type { GraphDescription } from '../protocol/serving.js';
import { IssueList } from '../validation/issues.js';
import { describeValue, fixedRowsOf } from './graph-values.js';
import { checkInputs } from './input-check.js';
import type { Manifest } from './manifest.js';
import { checkOutputs } from './output-check.js';

/**
 * Compares a manifest with the graph that the runtime loaded.
 *
 * @param hasRun whether the graph was run and its outputs had the right size.
 * @returns remarks that are not problems.
 * @throws {ModelInvalidError} with every disagreement: the field, the manifest's value, the graph's value.
 */
export function checkGraph(manifest: Manifest, graph: GraphDescription, path: string, hasRun: boolean): string[] {
  const issues = new IssueList();
  const notes: string[] = [];
  checkInputs(manifest.inputs, graph, issues);
  if (manifest.batch === 'alone') notes.push('"batch": "alone": each row is a run of its own');
  checkRows(graph, issues, notes);
  checkOutputs(manifest, graph, hasRun, issues, notes);
  if (issues.total === 0) return notes;
  const message = `${path}: model.json disagrees with the graph`;
  throw new ModelInvalidError(message, issues.listed, { totalIssues: issues.total });
}

/** A graph may take a fixed number of rows per run. It must be the same for all inputs. */
function checkRows({ inputs }: GraphDescription, issues: IssueList, notes: string[]): void {
  const rows = fixedRowsOf(inputs);
  if (rows === null) return;
  const other = inputs.find(({ shape: [axis] }) => typeof axis === 'number' && axis >= 1 && axis !== rows);
  if (other !== undefined) issues.add('inputs', `${rows} rows in a run, as the first input has`, describeValue(other));
  else if (rows === 1) notes.push("the graph's batch axis is fixed at 1: each row is a run of its own");
  else notes.push(`the graph's batch axis is fixed at ${rows}: ${rows} rows are run at a time, and fewer are padded`);
}
