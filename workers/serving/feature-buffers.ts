import { type InputSpec, tasksPerWorker, type WorkerConfig } from '../../src/protocol/serving.js';
import type { InputBuffers } from '../thread/model-session.js';
import { FeatureMemory, roundedUp } from './feature-memory.js';
import type { Normalise } from './kernels/normalise.js';

const floats = Float32Array.BYTES_PER_ELEMENT;
const doubles = Float64Array.BYTES_PER_ELEMENT;

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
 * manifest gives mean and std.
 */
export class FeatureBuffers {
  /** float32 [maxRows, size] an input; the rows that were gathered come first. */
  readonly inputs: InputBuffers;
  readonly #rowSize: number;
  readonly #plans: readonly InputPlan[];
  /** Features as they come, before they are normalised. */
  readonly #raw: Float32Array;
  readonly #normalise: Normalise;

  /**
   * @param memory which has `bytes` left. @default its own
   * @throws {RangeError} where there is no memory.
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
  }

  /** What buffers for so many rows take of a memory. */
  static bytes(inputs: readonly InputSpec[], maxRows: number): number {
    const { scaling, raw, rows } = partsOf(inputs, maxRows);
    return roundedUp(scaling) + roundedUp(raw) + roundedUp(rows);
  }

  /**
   * Takes rows that lie one behind the other, the inputs of each one behind the other too.
   *
   * @param features raw values. @param start where the first row begins. @param stride values from one row to the next, at most one more
   * than a row has.
   */
  gatherRows(features: Float32Array, start: number, rows: number, stride: number): void {
    this.#raw.set(features.subarray(start, start + rows * stride));
    for (const [index, plan] of this.#plans.entries()) {
      if (plan.scaling === null) this.#copy(index, plan, rows, stride);
      else this.#scale(plan, plan.scaling, plan.offset, stride, rows);
    }
  }

  /**
   * Takes rows that lie anywhere, the inputs of each one behind the other.
   *
   * @param features raw values. @param places which row of them each row of the inputs is.
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

/** In bytes: the means and scales, the raw rows with their padding, and the rows as the model takes them. */
function partsOf(inputs: readonly InputSpec[], maxRows: number): { scaling: number; raw: number; rows: number } {
  const rowSize = rowSizeOf(inputs);
  return {
    scaling: 2 * rowSize * doubles,
    raw: maxRows * (rowSize + 1) * floats,
    rows: maxRows * rowSize * floats,
  };
}

/**
 * Input buffers for each task that a worker may have in hand, of whatever kind: the runtime reads them later in the turn, so no two runs
 * may share a set. All are made when the worker starts, in one memory: where there is none, the start fails, and not a request.
 */
export class BufferPool {
  readonly #free: FeatureBuffers[];

  /** @throws {RangeError} where there is no memory. */
  constructor({ inputs, columns }: Pick<WorkerConfig, 'inputs' | 'columns'>) {
    const memory = new FeatureMemory(tasksPerWorker * FeatureBuffers.bytes(inputs, columns.rows));
    // Chunks of columns have at least as many rows as batches.
    this.#free = Array.from({ length: tasksPerWorker }, () => new FeatureBuffers(inputs, columns.rows, memory));
  }

  /** @returns a set that nobody else has, to be given back. */
  take(): FeatureBuffers {
    const buffers = this.#free.pop();
    if (buffers === undefined) throw new Error(`more than ${tasksPerWorker} tasks are in hand`);
    return buffers;
  }

  giveBack(buffers: FeatureBuffers): void {
    this.#free.push(buffers);
  }
}
