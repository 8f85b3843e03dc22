import type { InputSpec } from '../src/pool/protocol.js';
import type { InputBuffers } from './model-session.js';

interface Normalisation {
  mean: Float64Array;
  scale: Float64Array;
}

/** Copies rows of features from wherever they lie into the inputs' buffers, normalised on the way. */
export class Gatherer {
  readonly #inputs: readonly InputSpec[];
  readonly #rowSize: number;
  readonly #features: Float32Array;
  readonly #normalisations: (Normalisation | null)[];

  /** @param features rows of raw values, the inputs one behind the other in each. */
  constructor(inputs: readonly InputSpec[], features: Float32Array) {
    this.#inputs = inputs;
    this.#rowSize = inputs.reduce((sum, { size }) => sum + size, 0);
    this.#features = features;
    this.#normalisations = inputs.map(({ mean, std }) =>
      mean && std
        ? { mean: Float64Array.from(mean), scale: Float64Array.from(std, (value) => 1 / (value + 1e-8)) }
        : null,
    );
  }

  /** @param slots which row of the features each row of the buffers is. */
  gather(slots: Int32Array, buffers: InputBuffers): void {
    let offset = 0;
    for (const [index, { size }] of this.#inputs.entries()) {
      const buffer = buffers[index];
      if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
      gatherInput(this.#features, slots, this.#rowSize, offset, size, this.#normalisations[index] ?? null, buffer);
      offset += size;
    }
  }
}

function gatherInput(
  features: Float32Array,
  slots: Int32Array,
  rowSize: number,
  offset: number,
  size: number,
  normalisation: Normalisation | null,
  buffer: Float32Array,
): void {
  let to = 0;
  for (let row = 0; row < slots.length; row += 1) {
    const from = (slots[row] ?? 0) * rowSize + offset;
    if (normalisation === null) {
      for (let column = 0; column < size; column += 1) buffer[to++] = features[from + column] as number;
    } else {
      const { mean, scale } = normalisation;
      for (let column = 0; column < size; column += 1) {
        buffer[to++] = ((features[from + column] as number) - (mean[column] as number)) * (scale[column] as number);
      }
    }
  }
}
