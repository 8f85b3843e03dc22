import type { Tensor } from 'onnxruntime-node';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { runtime } from '../providers/runtime.js';

/** The inputs' values, normalised, one buffer an input. The runtime reads them later in the turn: no two runs share a set. */
export type InputBuffers = Float32Array[];

/**
 * Tensors of some rows of the buffers.
 *
 * @param first of the rows.
 * @param fixed the rows that the tensors must have, where the graph says: missing ones are copies of the last.
 */
export function feedsOf(
  { inputs }: ModelSpec,
  buffers: InputBuffers,
  first: number,
  rows: number,
  fixed: number | null,
): Record<string, Tensor> {
  const { Tensor: Values } = runtime();
  const feeds: Record<string, Tensor> = {};
  for (const [index, { name, size }] of inputs.entries()) {
    const buffer = buffers[index];
    if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
    const values = buffer.subarray(first * size, (first + rows) * size);
    const wanted = fixed ?? rows;
    feeds[name] = new Values('float32', padded(values, size, rows, wanted), [wanted, size]);
  }
  return feeds;
}

/** A copy of a row does to a graph nothing that the row does not do: it brings no other scale, and no NaN. */
function padded(values: Float32Array, size: number, rows: number, wanted: number): Float32Array {
  if (rows === wanted) return values;
  const all = new Float32Array(wanted * size);
  all.set(values);
  for (let row = rows; row < wanted; row += 1) all.set(values.subarray((rows - 1) * size, rows * size), row * size);
  return all;
}

export function newBuffers({ inputs }: ModelSpec, rows: number): InputBuffers {
  return inputs.map(({ size }) => new Float32Array(rows * size));
}
