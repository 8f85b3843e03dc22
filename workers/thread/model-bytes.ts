import type { ModelFile } from '../../src/protocol/serving.js';

/** A model's bytes for the runtime, which takes no shared memory: a copy that lives until the model is loaded. */
export function bytesOf({ bytes }: ModelFile): Uint8Array {
  return new Uint8Array(bytes).slice();
}
