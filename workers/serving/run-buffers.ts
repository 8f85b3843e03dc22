import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import { type InputSpec, tasksPerWorker, type WorkerConfig } from '../../src/protocol/serving.js';
import type { InputBuffers } from '../thread/input-buffers.js';
import { FeatureBuffers } from './feature-buffers.js';
import { FeatureMemory } from './feature-memory.js';
import { TypedBuffers } from './typed-buffers.js';

/** The inputs of one run: copies rows of features from where they lie, and normalises them. Features are words, as `RowLayout` has them. */
export interface RunBuffers {
  /** The rows that were gathered come first. */
  readonly inputs: InputBuffers;
  /** For each input one row of what stands for the absence of a feature in an explanation, normalised. */
  readonly references: InputBuffers;
  /** @param start where the first row begins. @param stride words from one row to the next. */
  gatherRows(features: Float32Array, start: number, rows: number, stride: number): void;
  /** @param features rows without a gap. @param places which row of them each row of the inputs is. */
  gather(features: Float32Array, places: Int32Array): void;
  /** Takes rows that lie input by input, each input's in one piece, from `start` on. */
  gatherColumns(features: Float32Array, start: number, rows: number): void;
}

/** @throws {RangeError} where there is no memory. */
export function newRunBuffers(inputs: readonly InputSpec[], maxRows: number): RunBuffers {
  return rowLayoutOf(inputs).isFloat32 ? new FeatureBuffers(inputs, maxRows) : new TypedBuffers(inputs, maxRows);
}

/**
 * Input buffers for each task that a worker may have in hand, of whatever kind: the runtime reads them later in the turn, so no two runs
 * may share a set. All are made when the worker starts, in one memory: where there is none, the start fails, and not a request.
 */
export class BufferPool {
  readonly #free: RunBuffers[];

  /** @throws {RangeError} where there is no memory. */
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

  /** @returns a set that nobody else has, to be given back. */
  take(): RunBuffers {
    const buffers = this.#free.pop();
    if (buffers === undefined) throw new Error(`more than ${tasksPerWorker} tasks are in hand`);
    return buffers;
  }

  giveBack(buffers: RunBuffers): void {
    this.#free.push(buffers);
  }
}
