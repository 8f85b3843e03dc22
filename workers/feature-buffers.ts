import type { InputSpec } from '../src/pool/protocol.js';
import normaliseBinary from './kernels/normalise.wat';
import type { InputBuffers } from './model-session.js';

const pageBytes = 65_536;
const kernel = new WebAssembly.Module(normaliseBinary);

/** See `kernels/normalise.wat`; addresses and the stride are in bytes. */
type Normalise = (
  from: number,
  stride: number,
  rows: number,
  size: number,
  mean: number,
  scale: number,
  to: number,
) => void;

interface InputPlan {
  size: number;
  /** Where the input begins in a row of all inputs. */
  offset: number;
  /** Addresses of its means and scales; null where its values are taken as they are. */
  scaling: { mean: number; scale: number } | null;
  /** The address of its buffer. */
  to: number;
}

/**
 * The inputs of one run: copies rows of features from shared memory, and normalises them, as (x − mean) / (std + 1e-8), where the
 * manifest gives mean and std. They lie in WebAssembly's memory, whose vector instructions take a seventh of the time that JavaScript does.
 */
export class FeatureBuffers {
  /** float32 [maxRows, size] an input; the rows that were gathered come first. */
  readonly inputs: InputBuffers;
  readonly #rowSize: number;
  readonly #plans: readonly InputPlan[];
  /** float32 [maxRows, rowSize]: as the features come, before they are normalised. */
  readonly #raw: Float32Array;
  readonly #normalise: Normalise;

  constructor(inputs: readonly InputSpec[], maxRows: number) {
    this.#rowSize = inputs.reduce((sum, { size }) => sum + size, 0);
    const floats = Float32Array.BYTES_PER_ELEMENT;
    const doubles = Float64Array.BYTES_PER_ELEMENT;
    // Means and scales first, then the raw rows, then the inputs.
    const rawAt = 2 * this.#rowSize * doubles;
    const inputsAt = rawAt + maxRows * this.#rowSize * floats;
    const bytes = inputsAt + maxRows * this.#rowSize * floats;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    this.#raw = new Float32Array(memory.buffer, rawAt, maxRows * this.#rowSize);
    this.#normalise = instantiate(memory);
    let offset = 0;
    this.#plans = inputs.map(({ size, mean, std }) => {
      const [meanAt, scaleAt] = [offset * doubles, (this.#rowSize + offset) * doubles];
      if (mean && std) {
        new Float64Array(memory.buffer, meanAt, size).set(mean);
        new Float64Array(memory.buffer, scaleAt, size).set(std.map((value) => 1 / (value + 1e-8)));
      }
      const scaling = mean && std ? { mean: meanAt, scale: scaleAt } : null;
      const plan = { size, offset, scaling, to: inputsAt + maxRows * offset * floats };
      offset += size;
      return plan;
    });
    this.inputs = this.#plans.map(({ size, to }) => new Float32Array(memory.buffer, to, maxRows * size));
  }

  /**
   * Takes rows that lie anywhere, the inputs of each one behind the other.
   *
   * @param features raw values. @param slots which row of them each row of the inputs is.
   */
  gather(features: Float32Array, slots: Int32Array): void {
    const size = this.#rowSize;
    let row = 0;
    while (row < slots.length) {
      // Neighbours mostly lie one behind the other, and are copied as one.
      const first = slots[row] as number;
      let run = 1;
      while (row + run < slots.length && slots[row + run] === first + run) run += 1;
      this.#raw.set(features.subarray(first * size, (first + run) * size), row * size);
      row += run;
    }
    for (const [index, plan] of this.#plans.entries()) {
      if (plan.scaling === null) this.#copy(index, plan, slots.length);
      else this.#scale(plan, plan.scaling, plan.offset, size, slots.length);
    }
  }

  /** Takes rows that lie input by input, each input's in one piece, from `start` on. */
  gatherColumns(features: Float32Array, start: number, rows: number): void {
    this.#raw.set(features.subarray(start, start + rows * this.#rowSize));
    for (const [index, plan] of this.#plans.entries()) {
      const { size, offset, scaling } = plan;
      if (scaling !== null) this.#scale(plan, scaling, rows * offset, size, rows);
      else this.inputs[index]?.set(this.#raw.subarray(rows * offset, rows * (offset + size)));
    }
  }

  /** @param first the input's first raw value. @param stride values from one row to the next. */
  #scale(
    { size, to }: InputPlan,
    scaling: { mean: number; scale: number },
    first: number,
    stride: number,
    rows: number,
  ): void {
    const floats = Float32Array.BYTES_PER_ELEMENT;
    const from = this.#raw.byteOffset + first * floats;
    this.#normalise(from, stride * floats, rows, size, scaling.mean, scaling.scale, to);
  }

  #copy(index: number, { size, offset }: InputPlan, rows: number): void {
    const buffer = this.inputs[index];
    if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
    let to = 0;
    for (let row = 0; row < rows; row += 1) {
      const from = row * this.#rowSize + offset;
      for (let column = 0; column < size; column += 1) buffer[to++] = this.#raw[from + column] as number;
    }
  }
}

function instantiate(memory: WebAssembly.Memory): Normalise {
  const { normalise } = new WebAssembly.Instance(kernel, { host: { memory } }).exports;
  if (typeof normalise !== 'function') throw new Error('the kernel has no normalise');
  return (...parameters) => normalise(...parameters);
}
