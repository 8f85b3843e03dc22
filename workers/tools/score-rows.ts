import type { InferenceSession } from 'onnxruntime-node';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import type { GraphDescription } from '../../src/protocol/serving.js';
import type { ScoredRows, ScoreTask } from '../../src/protocol/tools.js';
import { deviceMemoryGb } from '../providers/nvidia-smi.js';
import { NoProviderError, openSession } from '../providers/providers.js';
import { asOnCpu } from '../serving/cpu-agreement.js';
import { newRunBuffers } from '../serving/run-buffers.js';
import { tryRows } from '../serving/trial.js';
import { describeGraph } from '../thread/describe-graph.js';
import { bytesOf } from '../thread/model-bytes.js';
import { ModelSession } from '../thread/model-session.js';

/** Rows per run. */
const batchSize = 256;

/**
 * Scores rows on one provider.
 *
 * @throws {Error} if the model file cannot be read, or is another file.
 */
export async function scoreRows(task: ScoreTask): Promise<ScoredRows> {
  const { spec, provider, device } = task;
  const report: ScoredRows = {
    reason: null,
    note: null,
    graph: null,
    fraudProbability: null,
    riskScore: null,
    trial: null,
    deviceMemoryGb: null,
  };
  const bytes = bytesOf(task.model);
  const before = provider === 'cpu' ? null : await deviceMemoryGb(device);
  let graph: GraphDescription | null = null;
  try {
    const tryOut = async (session: InferenceSession) => {
      graph = describeGraph(session);
      const model = await ModelSession.warmedUp(session, spec, batchSize);
      return { model, trial: await tryRows(model, spec, task.trialRows, task.rows) };
    };
    const opened = await openSession(bytes, [provider], device, tryOut, asOnCpu(bytes, spec, task.trialRows));
    const { model, trial } = opened.result;
    const scored = await scoreAll(model, task);
    const after = before === null ? null : await deviceMemoryGb(device);
    const note = opened.trials.at(-1)?.note ?? null;
    await opened.session.release();
    const deviceGb = before === null || after === null ? null : Math.max(after.used - before.used, 0);
    return { ...report, ...scored, trial, graph, note, deviceMemoryGb: deviceGb };
  } catch (error) {
    if (!(error instanceof NoProviderError)) throw error;
    return { ...report, graph, reason: error.trials[0]?.reason ?? 'unknown' };
  }
}

async function scoreAll(
  model: ModelSession,
  { spec, rows }: ScoreTask,
): Promise<Pick<ScoredRows, 'fraudProbability' | 'riskScore'>> {
  const rowSize = rowLayoutOf(spec.inputs).size;
  const count = rows.length / rowSize;
  const fraudProbability = new Float32Array(count);
  const riskScore = spec.outputs.riskScore === undefined ? null : new Float32Array(count);
  const buffers = newRunBuffers(spec.inputs, batchSize);
  for (let first = 0; first < count; first += batchSize) {
    const size = Math.min(batchSize, count - first);
    buffers.gather(
      rows,
      Int32Array.from({ length: size }, (_, row) => first + row),
    );
    const outputs = await model.infer(buffers.inputs, size);
    fraudProbability.set(outputs.probability, first);
    if (outputs.riskScore !== null) riskScore?.set(outputs.riskScore, first);
  }
  return { fraudProbability, riskScore };
}
