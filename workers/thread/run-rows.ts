import type { InferenceSession } from 'onnxruntime-node';
import type { ModelSpec } from '../../src/protocol/serving.js';

/** How many rows the graph takes in a run. */
export interface RunRows {
  /** The most rows that share a run; null for any number. */
  shared: number | null;
  /** The rows of a run's tensors where the graph fixes them, whatever it is given; null where it does not. */
  fixed: number | null;
}

export function runRowsOf(session: Pick<InferenceSession, 'inputMetadata'>, { batch }: ModelSpec): RunRows {
  const fixed = fixedRows(session);
  return { shared: batch === 'alone' ? 1 : fixed, fixed };
}

/** The first axis of the inputs, where it is a number. Those that differ are refused by the host. */
function fixedRows({ inputMetadata }: Pick<InferenceSession, 'inputMetadata'>): number | null {
  for (const input of inputMetadata) {
    const rows = input.isTensor ? input.shape[0] : undefined;
    if (typeof rows === 'number' && rows >= 1) return rows;
  }
  return null;
}
