import type { ModelFile } from '../../src/protocol/serving.js';

/** A model in memory, in the form that the runtime takes. */
export interface ModelBytes {
  graph: Uint8Array;
  /** Files with weights of the graph, by the names that its tensors use. The runtime reads no other file. */
  weights: { path: string; data: Uint8Array }[];
}

/** Copies a model's bytes, because the runtime does not accept shared memory. The copy lives until the model is loaded. */
export function bytesOf({ bytes, files }: ModelFile): ModelBytes {
  return { graph: copyOf(bytes), weights: files.map(({ name, bytes }) => ({ path: name, data: copyOf(bytes) })) };
}

function copyOf(bytes: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(bytes).slice();
}
