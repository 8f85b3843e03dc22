import type { Tensor } from 'onnxruntime-node';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { runtime } from '../providers/runtime.js';

/** The inputs' values, normalised, one buffer an input. The runtime reads them later in the turn: no two runs share a set. */
export type InputBuffers = Float32Array[];

/** The tensors of a run: the first rows of the buffers. */
export function feedsOf({ inputs }: ModelSpec, buffers: InputBuffers, rows: number): Record<string, Tensor> {
  const { Tensor: Values } = runtime();
  const feeds: Record<string, Tensor> = {};
  for (const [index, { name, size }] of inputs.entries()) {
    const buffer = buffers[index];
    if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
    feeds[name] = new Values('float32', buffer.subarray(0, rows * size), [rows, size]);
  }
  return feeds;
}

export function newBuffers({ inputs }: ModelSpec, rows: number): InputBuffers {
  return inputs.map(({ size }) => new Float32Array(rows * size));
}
