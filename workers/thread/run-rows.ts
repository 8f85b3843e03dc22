import type { InferenceSession } from 'onnxruntime-node';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { type InputBuffers, newBuffers, putValues, valuesOf } from './input-buffers.js';

/** How many rows the graph takes per run. */
export interface RunRows {
  /** The most rows that share a run; null for any number. */
  shared: number | null;
  /** The number of rows in a run's tensors if the graph fixes it; null if it does not. */
  fixed: number | null;
}

export function runRowsOf(session: Pick<InferenceSession, 'inputMetadata'>, { batch }: ModelSpec): RunRows {
  const fixed = fixedRows(session);
  return { shared: batch === 'alone' ? 1 : fixed, fixed };
}

/** The first axis of the inputs if it is a number. The host refuses inputs with different numbers. */
function fixedRows({ inputMetadata }: Pick<InferenceSession, 'inputMetadata'>): number | null {
  for (const input of inputMetadata) {
    const rows = input.isTensor ? input.shape[0] : undefined;
    if (typeof rows === 'number' && rows >= 1) return rows;
  }
  return null;
}

/**
 * Some rows of buffers, as buffers that begin with them.
 *
 * @param wanted the number of rows that is needed. Missing rows are copies of the last. A copy has no other effect on a graph than the row
 * itself: it brings no other scale and no NaN.
 */
export function bufferRows(
  spec: ModelSpec,
  buffers: InputBuffers,
  first: number,
  rows: number,
  wanted: number,
): InputBuffers {
  const sizes = spec.inputs.map(({ size }) => size);
  const parts = buffers.map((buffer, index) => {
    const size = sizes[index] ?? 0;
    return valuesOf(buffer, first * size, (first + rows) * size);
  });
  if (rows === wanted) return parts;
  const padded = newBuffers(spec, wanted);
  for (const [index, buffer] of padded.entries()) {
    const [part, size] = [parts[index], sizes[index] ?? 0];
    if (part === undefined) throw new Error(`no buffer for input ${index}`);
    putValues(buffer, part, 0);
    const last = valuesOf(part, (rows - 1) * size, rows * size);
    for (let row = rows; row < wanted; row += 1) putValues(buffer, last, row * size);
  }
  return padded;
}
