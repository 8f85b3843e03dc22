import type { InputSpec } from '../src/pool/protocol.js';
import type { InputBuffers } from './model-session.js';

interface Scaling {
  mean: Float64Array;
  /** 1 / (std + 1e-8) */
  scale: Float64Array;
}

/** Copies features from shared memory into the inputs' buffers, as (x − mean) / (std + 1e-8) where the manifest gives those. */
export class Gatherer {
  readonly #features: Float32Array;
  /** float32 values of features in a row. */
  readonly #rowSize: number;
  readonly #inputs: readonly { size: number; scaling: Scaling | null }[];

  /** @param features raw values. */
  constructor(inputs: readonly InputSpec[], features: Float32Array) {
    this.#features = features;
    this.#rowSize = inputs.reduce((sum, { size }) => sum + size, 0);
    this.#inputs = inputs.map(({ size, mean, std }) => ({
      size,
      scaling:
        mean && std
          ? { mean: Float64Array.from(mean), scale: Float64Array.from(std, (value) => 1 / (value + 1e-8)) }
          : null,
    }));
  }

  /** Rows that lie anywhere, the inputs of each one behind the other. @param slots which row each row of the buffers is. */
  gather(slots: Int32Array, buffers: InputBuffers): void {
    let offset = 0;
    for (const [index, { size, scaling }] of this.#inputs.entries()) {
      const buffer = bufferOf(buffers, index);
      for (let row = 0; row < slots.length; row += 1) {
        const from = (slots[row] as number) * this.#rowSize + offset;
        if (scaling === null) copyRow(this.#features, from, size, buffer, row * size);
        else scaleRow(this.#features, from, size, scaling, buffer, row * size);
      }
      offset += size;
    }
  }

  /** Rows that lie input by input, each input's in one piece, from `start` on. */
  gatherColumns(start: number, rows: number, buffers: InputBuffers): void {
    let from = start;
    for (const [index, { size, scaling }] of this.#inputs.entries()) {
      const buffer = bufferOf(buffers, index);
      if (scaling === null) buffer.set(this.#features.subarray(from, from + rows * size));
      else {
        for (let row = 0; row < rows; row += 1) {
          scaleRow(this.#features, from + row * size, size, scaling, buffer, row * size);
        }
      }
      from += rows * size;
    }
  }
}

function scaleRow(
  from: Float32Array,
  first: number,
  size: number,
  { mean, scale }: Scaling,
  to: Float32Array,
  at: number,
): void {
  for (let column = 0; column < size; column += 1) {
    to[at + column] = ((from[first + column] as number) - (mean[column] as number)) * (scale[column] as number);
  }
}

function copyRow(from: Float32Array, first: number, size: number, to: Float32Array, at: number): void {
  for (let column = 0; column < size; column += 1) to[at + column] = from[first + column] as number;
}

function bufferOf(buffers: InputBuffers, index: number): Float32Array {
  const buffer = buffers[index];
  if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
  return buffer;
}
