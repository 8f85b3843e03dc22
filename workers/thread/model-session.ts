import type { InferenceSession } from 'onnxruntime-node';
import { outputNames } from '../../src/protocol/output-forms.js';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { feedsOf, type InputBuffers, newBuffers, type RowShapes, rowShapes } from './input-buffers.js';
import { joined, type ModelOutputs, OutputReader, type RawOutputs, rawOutputsOf } from './model-outputs.js';
import { bufferRows, type RunRows, runRowsOf } from './run-rows.js';

export type { InputBuffers } from './input-buffers.js';
export type { ModelOutputs } from './model-outputs.js';

/** A loaded graph, with its inputs and outputs as the manifest names them. */
export class ModelSession {
  readonly #session: InferenceSession;
  readonly #spec: ModelSpec;
  /** The axes of each input after the axis of rows. */
  readonly #shapes: RowShapes;
  readonly #names: readonly string[];
  readonly #rows: RunRows;
  readonly #reader: OutputReader;

  private constructor(
    session: InferenceSession,
    spec: ModelSpec,
    shapes: RowShapes,
    rows: RunRows,
    reader: OutputReader,
  ) {
    this.#session = session;
    this.#spec = spec;
    this.#shapes = shapes;
    this.#names = outputNames(spec.outputs);
    this.#rows = rows;
    this.#reader = reader;
  }

  /** Columns of the attention output; 0 if there is none. */
  get attentionWidth(): number {
    return this.#reader.attentionWidth;
  }

  /** Columns of the score output. */
  get columns(): number {
    return this.#reader.columns;
  }

  /**
   * Runs the session at the batch sizes that will occur, so that no request meets a first run. Also checks the lengths of the outputs.
   *
   * @param furtherSizes sizes above `maxBatchSize`. `maxBatchSize` and the powers of two up to it are always run.
   * @throws {Error} if the graph cannot be run or an output has another length.
   */
  static async warmedUp(
    session: InferenceSession,
    spec: ModelSpec,
    maxBatchSize: number,
    furtherSizes: readonly number[] = [],
  ): Promise<ModelSession> {
    const rows = runRowsOf(session, spec);
    const least = rows.fixed ?? 1;
    const shapes = rowShapes(session, spec.inputs);
    const feeds = feedsOf(spec, shapes, newBuffers(spec, least), least);
    const results = await session.run(feeds, outputNames(spec.outputs));
    const reader = new OutputReader(spec, rawOutputsOf(results, spec.outputs), least);
    const model = new ModelSession(session, spec, shapes, rows, reader);
    const largest = model.largestWarmUp(maxBatchSize);
    const buffers = newBuffers(spec, largest);
    for (let rows = 1; rows < largest; rows *= 2) await model.infer(buffers, rows);
    for (let run = 0; run < 3; run += 1) await model.infer(buffers, largest);
    for (const size of furtherSizes.map((rows) => model.largestWarmUp(rows))) {
      if (size > largest) await model.infer(newBuffers(spec, size), size);
    }
    return model;
  }

  /** The largest useful batch for the warm-up, up to `rows`. If only few rows share a run, larger batches just repeat it. */
  largestWarmUp(rows: number): number {
    return Math.min(rows, 2 * (this.#rows.shared ?? rows));
  }

  /** @throws {Error} if the runtime fails or an output has the wrong length. */
  async infer(buffers: InputBuffers, rows: number): Promise<ModelOutputs> {
    const { shared, fixed } = this.#rows;
    if (shared === null) return this.#reader.read(await this.#run(buffers, rows), rows);
    const parts: RawOutputs[] = [];
    for (let first = 0; first < rows; first += shared) {
      const count = Math.min(shared, rows - first);
      const wanted = fixed ?? count;
      const outputs = await this.#run(bufferRows(this.#spec, buffers, first, count, wanted), wanted);
      parts.push(wanted === count ? outputs : this.#reader.firstOf(outputs, count, wanted));
    }
    return this.#reader.read(joined(parts), rows);
  }

  async #run(buffers: InputBuffers, rows: number): Promise<RawOutputs> {
    const results = await this.#session.run(feedsOf(this.#spec, this.#shapes, buffers, rows), this.#names);
    return rawOutputsOf(results, this.#spec.outputs);
  }
}
