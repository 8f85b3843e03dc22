import type { ModelFile } from '../../src/protocol/serving.js';

/** A model in memory, as the runtime takes it. */
export interface ModelBytes {
  graph: Uint8Array;
  /** Files that hold weights of the graph, by the names that its tensors have for them. The runtime reads no other file. */
  weights: { path: string; data: Uint8Array }[];
}

/** A model's bytes for the runtime, which takes no shared memory: a copy that lives until the model is loaded. */
export function bytesOf({ bytes, files }: ModelFile): ModelBytes {
  return { graph: copyOf(bytes), weights: files.map(({ name, bytes }) => ({ path: name, data: copyOf(bytes) })) };
}

function copyOf(bytes: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(bytes).slice();
}
