import type { InferenceSession } from 'onnxruntime-node';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { feedsOf, type InputBuffers, newInputBuffer, rowShapes } from './input-buffers.js';

/** The graph's outputs for some rows, by what they mean; null where the model does not have one. */
export interface ModelOutputs {
  logits: Float32Array | null;
  probability: Float32Array | null;
  riskScore: Float32Array | null;
  attention: Float32Array | null;
}

export type { InputBuffers } from './input-buffers.js';

/** The axes of each input behind that of the rows. */
type RowShapes = ReturnType<typeof rowShapes>;

/** A loaded graph, with its inputs and outputs as the manifest names them. */
export class ModelSession {
  readonly attentionWidth: number;
  readonly #session: InferenceSession;
  readonly #spec: ModelSpec;
  readonly #shapes: RowShapes;

  private constructor(session: InferenceSession, spec: ModelSpec, shapes: RowShapes, attentionWidth: number) {
    this.#session = session;
    this.#spec = spec;
    this.#shapes = shapes;
    this.attentionWidth = attentionWidth;
  }

  /**
   * Runs the session at the batch sizes that will occur, so that no request meets a first run,
   * and checks that the outputs have the lengths the manifest promises.
   *
   * @param furtherSizes larger than `maxBatchSize`, which is run with the powers of two up to it.
   * @throws {Error} where the graph can't be run or an output has another length.
   */
  static async warmedUp(
    session: InferenceSession,
    spec: ModelSpec,
    maxBatchSize: number,
    furtherSizes: readonly number[] = [],
  ): Promise<ModelSession> {
    const buffers = newBuffers(spec, maxBatchSize);
    const shapes = rowShapes(session, spec.inputs);
    const one = await infer(session, spec, shapes, buffers, 1);
    const model = new ModelSession(session, spec, shapes, one.attention?.length ?? 0);
    for (let rows = 1; rows < maxBatchSize; rows *= 2) await model.infer(buffers, rows);
    for (let run = 0; run < 3; run += 1) await model.infer(buffers, maxBatchSize);
    for (const rows of furtherSizes) if (rows > maxBatchSize) await model.infer(newBuffers(spec, rows), rows);
    return model;
  }

  /** @throws {Error} where the runtime fails or an output has the wrong length. */
  async infer(buffers: InputBuffers, rows: number): Promise<ModelOutputs> {
    const outputs = await infer(this.#session, this.#spec, this.#shapes, buffers, rows);
    checkLength('logits', outputs.logits, rows * 2);
    checkLength('probability', outputs.probability, rows);
    checkLength('riskScore', outputs.riskScore, rows);
    checkLength('attention', outputs.attention, rows * this.attentionWidth);
    return outputs;
  }
}

async function infer(
  session: InferenceSession,
  { inputs, outputs }: ModelSpec,
  shapes: RowShapes,
  buffers: InputBuffers,
  rows: number,
): Promise<ModelOutputs> {
  const results = await session.run(feedsOf(inputs, shapes, buffers, rows), Object.values(outputs));
  return {
    logits: floatsOf(results, outputs.logits),
    probability: floatsOf(results, outputs.probability),
    riskScore: floatsOf(results, outputs.riskScore),
    attention: floatsOf(results, outputs.attention),
  };
}

function floatsOf(results: InferenceSession.ReturnType, name: string | undefined): Float32Array | null {
  if (name === undefined) return null;
  const data = results[name]?.data;
  if (data instanceof Float32Array) return data;
  throw new Error(`output ${JSON.stringify(name)}: expected float32 values`);
}

function checkLength(meaning: string, data: Float32Array | null, expected: number): void {
  if (data !== null && data.length !== expected) {
    throw new Error(`output ${meaning}: expected ${expected} values, received ${data.length}`);
  }
}

function newBuffers({ inputs }: ModelSpec, rows: number): InputBuffers {
  return inputs.map((input) => newInputBuffer(input, rows));
}
