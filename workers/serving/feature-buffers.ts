import type { InputSpec } from '../../src/protocol/serving.js';
import { FeatureMemory, roundedUp } from './feature-memory.js';
import type { Normalise } from './kernels/normalise.js';
import type { RunBuffers } from './run-buffers.js';

const floats = Float32Array.BYTES_PER_ELEMENT;
const doubles = Float64Array.BYTES_PER_ELEMENT;

interface InputPlan {
  size: number;
  /** Where the input begins in a row of all inputs. */
  offset: number;
  /** Addresses of its means and scales; null if its values are not normalised. */
  scaling: { mean: number; scale: number } | null;
  /** The address of its buffer. */
  to: number;
}

/**
 * The inputs of one run if all are float32. Copies rows of features from shared memory and normalises them as (x − mean) / (std + 1e-8), if
 * the manifest has mean and std.
 */
export class FeatureBuffers implements RunBuffers {
  /** float32 [maxRows, size] for each input. The gathered rows come first. */
  readonly inputs: Float32Array[];
  readonly references: Float32Array[];
  readonly #rowSize: number;
  readonly #plans: readonly InputPlan[];
  /** Raw features before normalisation. */
  readonly #raw: Float32Array;
  readonly #normalise: Normalise;

  /**
   * @param memory a memory with at least `bytes` left. @default its own
   * @throws {RangeError} if there is not enough memory.
   */
  constructor(
    inputs: readonly InputSpec[],
    maxRows: number,
    memory = new FeatureMemory(FeatureBuffers.bytes(inputs, maxRows)),
  ) {
    const { buffer, normalise } = memory;
    const { scaling, raw, rows } = partsOf(inputs, maxRows);
    this.#rowSize = rowSizeOf(inputs);
    this.#normalise = normalise;
    const scalingAt = memory.take(scaling);
    this.#raw = new Float32Array(buffer, memory.take(raw), maxRows * (this.#rowSize + 1));
    const inputsAt = memory.take(rows);
    let offset = 0;
    this.#plans = inputs.map(({ size, mean, std }) => {
      const [meanAt, scaleAt] = [scalingAt + offset * doubles, scalingAt + (this.#rowSize + offset) * doubles];
      if (mean && std) {
        new Float64Array(buffer, meanAt, size).set(mean);
        new Float64Array(buffer, scaleAt, size).set(std.map((value) => 1 / (value + 1e-8)));
      }
      const scaling = mean && std ? { mean: meanAt, scale: scaleAt } : null;
      const plan = { size, offset, scaling, to: inputsAt + maxRows * offset * floats };
      offset += size;
      return plan;
    });
    this.inputs = this.#plans.map(({ size, to }) => new Float32Array(buffer, to, maxRows * size));
    this.references = inputs.map(({ size, reference }) => Float32Array.from(reference ?? new Float32Array(size)));
  }

  /** The bytes that buffers for this many rows take. */
  static bytes(inputs: readonly InputSpec[], maxRows: number): number {
    const { scaling, raw, rows } = partsOf(inputs, maxRows);
    return roundedUp(scaling) + roundedUp(raw) + roundedUp(rows);
  }

  /**
   * Copies consecutive rows. In each row the inputs follow each other.
   *
   * @param features raw values.
   * @param start the index at which the first row begins.
   * @param stride values from one row to the next, at most one more than a row has.
   */
  gatherRows(features: Float32Array, start: number, rows: number, stride: number): void {
    this.#raw.set(features.subarray(start, start + rows * stride));
    for (const [index, plan] of this.#plans.entries()) {
      if (plan.scaling === null) this.#copy(index, plan, rows, stride);
      else this.#scale(plan, plan.scaling, plan.offset, stride, rows);
    }
  }

  /**
   * Copies rows from any positions. In each row the inputs follow each other.
   *
   * @param features raw values.
   * @param places the row number for each row of the inputs.
   */
  gather(features: Float32Array, places: Int32Array): void {
    const size = this.#rowSize;
    for (const [row, place] of places.entries()) {
      this.#raw.set(features.subarray(place * size, (place + 1) * size), row * size);
    }
    for (const [index, plan] of this.#plans.entries()) {
      if (plan.scaling === null) this.#copy(index, plan, places.length, size);
      else this.#scale(plan, plan.scaling, plan.offset, size, places.length);
    }
  }

  /** Copies rows that are stored input by input, starting at `start`. */
  gatherColumns(features: Float32Array, start: number, rows: number): void {
    this.#raw.set(features.subarray(start, start + rows * this.#rowSize));
    for (const [index, plan] of this.#plans.entries()) {
      const { size, offset, scaling } = plan;
      if (scaling !== null) this.#scale(plan, scaling, rows * offset, size, rows);
      else this.inputs[index]?.set(this.#raw.subarray(rows * offset, rows * (offset + size)));
    }
  }

  /** @param first index of the input's first raw value. @param stride values from one row to the next. */
  #scale(
    { size, to }: InputPlan,
    scaling: { mean: number; scale: number },
    first: number,
    stride: number,
    rows: number,
  ): void {
    const from = this.#raw.byteOffset + first * floats;
    this.#normalise(from, stride * floats, rows, size, scaling.mean, scaling.scale, to);
  }

  #copy(index: number, { size, offset }: InputPlan, rows: number, stride: number): void {
    const buffer = this.inputs[index];
    if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
    let to = 0;
    for (let row = 0; row < rows; row += 1) {
      const from = row * stride + offset;
      for (let column = 0; column < size; column += 1) buffer[to++] = this.#raw[from + column] as number;
    }
  }
}

function rowSizeOf(inputs: readonly InputSpec[]): number {
  return inputs.reduce((sum, { size }) => sum + size, 0);
}

/** The parts in bytes: the means and scales, the raw rows with padding, and the rows in the model's form. */
function partsOf(inputs: readonly InputSpec[], maxRows: number): { scaling: number; raw: number; rows: number } {
  const rowSize = rowSizeOf(inputs);
  return {
    scaling: 2 * rowSize * doubles,
    raw: maxRows * (rowSize + 1) * floats,
    rows: maxRows * rowSize * floats,
  };
}
