import type { InferenceSession } from 'onnxruntime-node';
import { outputsPerRow } from '../../src/protocol/outputs.js';
import { rawWidthOf } from '../../src/protocol/raw-outputs.js';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import type { Contribution } from '../../src/protocol/serving.js';
import type { ExplainRowTask, KeptModel, ReplayedBatches, ReplayTask } from '../../src/protocol/tools.js';
import { openSession } from '../providers/providers.js';
import { Explainer } from '../serving/explainer.js';
import { newRunBuffers, type RunBuffers } from '../serving/run-buffers.js';
import { bytesOf } from '../thread/model-bytes.js';
import { ModelSession } from '../thread/model-session.js';

interface LoadedModel {
  model: ModelSession;
  stride: number;
  buffers: RunBuffers;
  /** Rows that the buffers have room for. */
  room: number;
}

const loaded = new Map<number, Promise<LoadedModel>>();

/** Rows that an explanation runs together at most. It decides nothing: a model's rows do not look at their neighbours. */
const explainedTogether = 256;

/**
 * Runs recorded batches through the session and the buffers that serve.
 *
 * @throws {Error} where the model can't be loaded.
 */
export async function replay({
  model: kept,
  sizes,
  features,
  attention: isWanted,
}: ReplayTask): Promise<ReplayedBatches> {
  const { model, stride, buffers } = await modelOf(kept, Math.max(1, ...sizes));
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const scores = new Float32Array(count * outputsPerRow);
  const rawWidth = rawWidthOf(kept.spec, model.columns);
  const raw = new Float32Array(count * rawWidth);
  const width = model.attentionWidth;
  const attention = isWanted && width > 0 ? new Float32Array(count * width).fill(Number.NaN) : null;
  const failed: number[] = [];
  let first = 0;
  for (const [batch, rows] of sizes.entries()) {
    buffers.gatherRows(features, first * stride, rows, stride);
    try {
      const outputs = await model.infer(buffers.inputs, rows);
      const { probability, riskScore, attention: weights } = outputs;
      const risks = riskScore ?? probability;
      if (rawWidth > 0) raw.set(outputs.raw, first * rawWidth);
      for (let row = 0; row < rows; row += 1) {
        scores[(first + row) * outputsPerRow] = probability[row] as number;
        scores[(first + row) * outputsPerRow + 1] = risks[row] as number;
      }
      if (weights !== null) attention?.set(weights, first * width);
    } catch {
      scores.fill(Number.NaN, first * outputsPerRow, (first + rows) * outputsPerRow);
      failed.push(batch);
    }
    first += rows;
  }
  return { scores, raw, rawWidth, attention, attentionWidth: attention === null ? 0 : width, failed };
}

/** @throws {Error} where the model can't be loaded, or the runtime fails. */
export async function explainRow({ model: kept, features, of }: ExplainRowTask): Promise<Contribution[]> {
  const { model, buffers } = await modelOf(kept, explainedTogether);
  const { inputs } = kept.spec;
  const memory = { maxBatchSize: explainedTogether };
  return new Explainer(model, { take: () => buffers, giveBack: () => {} }, { inputs, memory }).explain({
    features,
    of,
  });
}

/** @param rows that its buffers must have room for. */
async function modelOf(kept: KeptModel, rows: number): Promise<LoadedModel> {
  const opening = loaded.get(kept.key) ?? load(kept);
  loaded.set(kept.key, opening);
  const found = await opening;
  if (found.room < rows) {
    found.buffers = newRunBuffers(kept.spec.inputs, rows);
    found.room = rows;
  }
  return found;
}

async function load({ spec, file }: KeptModel): Promise<LoadedModel> {
  const tryOut = (session: InferenceSession): Promise<ModelSession> => ModelSession.warmedUp(session, spec, 1);
  const { result: model } = await openSession(bytesOf(file), ['cpu'], 0, tryOut);
  const { stride } = rowLayoutOf(spec.inputs);
  return { model, stride, buffers: newRunBuffers(spec.inputs, 1), room: 1 };
}
