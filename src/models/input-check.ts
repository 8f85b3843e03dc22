import type { GraphDescription, GraphValue } from '../protocol/serving.js';
import type { IssueList } from '../validation/issues.js';
import { describeValue, namesOf } from './graph-values.js';
import type { ManifestInput } from './manifest-inputs.js';

/** Compares the inputs of a manifest with those of the graph. */
export function checkInputs(inputs: readonly ManifestInput[], graph: GraphDescription, issues: IssueList): void {
  for (const [index, input] of inputs.entries()) {
    const value = graph.inputs.find(({ name }) => name === input.name);
    if (value === undefined) {
      issues.add(`inputs[${index}].name`, namesOf(graph.inputs), JSON.stringify(input.name));
    } else if (value.type !== (input.type ?? 'float32') || !hasRowsOf(value, input)) {
      const axes = ['rows', ...(input.shape ?? [input.size])];
      const received = `${JSON.stringify(input.name)}, ${input.type ?? 'float32'} [${axes.join(', ')}]`;
      issues.add(`inputs[${index}]`, describeValue(value), received);
    }
  }
  for (const { name } of graph.inputs) {
    if (!inputs.some((input) => input.name === name)) {
      issues.add('inputs', `the graph's input ${JSON.stringify(name)}`, 'no input of that name');
    }
  }
}

/** Whether the graph takes such rows, in any number or a fixed one. If a graph does not declare its axes, the warm-up run shows it. */
function hasRowsOf(value: GraphValue, { size, shape }: ManifestInput): boolean {
  const [rows, ...axes] = value.shape;
  if (rows === undefined) return true;
  if (typeof rows === 'number' && rows < 1) return false;
  if (shape !== undefined) {
    return (
      axes.length === shape.length && axes.every((axis, index) => typeof axis === 'string' || axis === shape[index])
    );
  }
  if (axes.length === 1) return typeof axes[0] === 'string' || axes[0] === size;
  // For other numbers of axes, only fixed axes tell how a row is stored in them.
  const fixed = axes.filter((axis) => typeof axis === 'number');
  return fixed.length === axes.length && fixed.reduce((product, axis) => product * axis, 1) === size;
}
