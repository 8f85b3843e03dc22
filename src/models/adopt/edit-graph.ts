import { castInput, castOutput } from './casts.js';
import type { ElementType } from './element-types.js';
import { freeOutputRows, freeRows } from './free-rows.js';
import type { OnnxGraph } from './onnx-graph.js';
import type { RowInput } from './row-inputs.js';
import { type FoundWeights, settleWeights } from './weights.js';
import { removeZipMaps } from './zip-map.js';

export interface EditPlan {
  inputs: readonly RowInput[];
  /** The outputs that the manifest names, with the types that a trial run showed. */
  outputs: readonly { name: string; type: string; rank: number }[];
  weights: readonly FoundWeights[];
  /** Whether the graph must accept any number of rows. */
  isFreed: boolean;
}

/** Edits a graph so that it can be served. @returns the changes, for people; empty if there are none. */
export function editGraph(graph: OnnxGraph, { inputs, outputs, weights, isFreed }: EditPlan): string[] {
  const changes: string[] = [];
  if (settleWeights(graph, weights)) changes.push('renamed the files of weights, or took them into the graph');
  for (const { output, tensor } of removeZipMaps(graph)) {
    changes.push(
      `removed ZipMap: in place of the output ${JSON.stringify(output)} the graph gives the tensor ${JSON.stringify(tensor)}`,
    );
  }
  for (const { name, graphType, type } of inputs) {
    if (graphType === type) continue;
    castInput(graph, name, type, graphType);
    changes.push(`input ${JSON.stringify(name)} takes ${type}, which the graph converts to ${graphType}`);
  }
  for (const { name, type, rank } of outputs) {
    if (type === 'float32') continue;
    castOutput(graph, name, rank, type as ElementType, 'float32');
    changes.push(`output ${JSON.stringify(name)} gives float32, converted from ${type}`);
  }
  const fixed = inputs.find(({ rows }) => rows !== null)?.rows;
  if (fixed !== undefined && isFreed) {
    freeRows(graph);
    changes.push(`freed the axis of rows, which was fixed at ${fixed}`);
  } else if (fixed === undefined) {
    const freed = freeOutputRows(graph).filter((name) => outputs.some((output) => output.name === name));
    if (freed.length > 0)
      changes.push(
        `freed the axis of rows in the declared shape of ${freed.map((name) => JSON.stringify(name)).join(', ')}`,
      );
  }
  return changes;
}
