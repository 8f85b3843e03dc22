import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import { type InputSpec, tasksPerWorker, type WorkerConfig } from '../../src/protocol/serving.js';
import type { InputBuffers } from '../thread/input-buffers.js';
import { FeatureBuffers } from './feature-buffers.js';
import { FeatureMemory } from './feature-memory.js';
import { TypedBuffers } from './typed-buffers.js';

/** The inputs of one run. Copies rows of features into them and normalises them. Features are words, see `RowLayout`. */
export interface RunBuffers {
  /** The gathered rows come first. */
  readonly inputs: InputBuffers;
  /** For each input one row with the values that replace features in an explanation, normalised. */
  readonly references: InputBuffers;
  /** @param start the index at which the first row begins. @param stride words from one row to the next. */
  gatherRows(features: Float32Array, start: number, rows: number, stride: number): void;
  /** @param features rows without gaps. @param places the row number for each row of the inputs. */
  gather(features: Float32Array, places: Int32Array): void;
  /** Copies rows that are stored input by input, starting at `start`. */
  gatherColumns(features: Float32Array, start: number, rows: number): void;
}

/** @throws {RangeError} if there is not enough memory. */
export function newRunBuffers(inputs: readonly InputSpec[], maxRows: number): RunBuffers {
  return rowLayoutOf(inputs).isFloat32 ? new FeatureBuffers(inputs, maxRows) : new TypedBuffers(inputs, maxRows);
}

/**
 * Input buffers for each task that a worker may hold, of any kind. The runtime reads them later in the turn, so no two runs may share a
 * set. All are created in one memory when the worker starts. So if there is not enough memory, the start fails, and not a request.
 */
export class BufferPool {
  readonly #free: RunBuffers[];

  /** @throws {RangeError} if there is not enough memory. */
  constructor({ inputs, columns }: Pick<WorkerConfig, 'inputs' | 'columns'>) {
    // Chunks of columns have at least as many rows as batches.
    const { rows } = columns;
    const sets = Array.from({ length: tasksPerWorker });
    if (rowLayoutOf(inputs).isFloat32) {
      const memory = new FeatureMemory(tasksPerWorker * FeatureBuffers.bytes(inputs, rows));
      this.#free = sets.map(() => new FeatureBuffers(inputs, rows, memory));
    } else {
      this.#free = sets.map(() => new TypedBuffers(inputs, rows));
    }
  }

  /** @returns a free set. It must be given back. */
  take(): RunBuffers {
    const buffers = this.#free.pop();
    if (buffers === undefined) throw new Error(`more than ${tasksPerWorker} tasks are in hand`);
    return buffers;
  }

  giveBack(buffers: RunBuffers): void {
    this.#free.push(buffers);
  }
}
