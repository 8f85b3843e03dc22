import { parentPort, threadId, workerData } from 'node:worker_threads';
import type { InferenceSession } from 'onnxruntime-node';
import { shortageOf } from '../../src/host/shortage.js';
import { maxAttentionWidth } from '../../src/protocol/outputs.js';
import { rawWidthOf } from '../../src/protocol/raw-outputs.js';
import type {
  BatchReply,
  ExplainReply,
  FailedReport,
  GraphDescription,
  ReadyReport,
  TaskFailure,
  TrialReport,
  WorkerConfig,
  WorkerTask,
} from '../../src/protocol/serving.js';
import { NoProviderError, openSession } from '../providers/providers.js';
import { isDeviceFailure, sessionFailure } from '../providers/session-failure.js';
import { describeGraph } from '../thread/describe-graph.js';
import { failureOf } from '../thread/failure.js';
import { GuardSlot } from '../thread/guard.js';
import { sayHello } from '../thread/hello.js';
import { bytesOf } from '../thread/model-bytes.js';
import { ModelSession } from '../thread/model-session.js';
import { yieldForNow, yieldToOthers } from '../thread/yield-to-others.js';
import { BatchRunner } from './batch-runner.js';
import { ColumnRunner } from './column-runner.js';
import { asOnCpu } from './cpu-agreement.js';
import { Explainer } from './explainer.js';
import { BufferPool } from './run-buffers.js';
import { lineOver } from './task-line.js';
import { tryRows } from './trial.js';

type Handler = (task: WorkerTask) => Promise<BatchReply | ExplainReply>;

/** The model's graph, for the report of a start that fails after it was loaded. */
let graph: GraphDescription | null = null;

/** Loads the model, warms it up, reports that it is ready, and returns the handler of batches. */
async function start(config: WorkerConfig): Promise<Handler> {
  const slot = new GuardSlot(config);
  if (config.inBackground) yieldToOthers();
  const serveAsOthers = config.isBesideOthers && !config.inBackground ? yieldForNow() : () => {};
  const { report, model } = await slot.duringLoad(async () => {
    const bytes = bytesOf(config.model);
    const tryOut = async (session: InferenceSession) => {
      graph = describeGraph(session);
      const model = await warmedUp(session, config);
      return { model, trial: await trialOf(model, config) };
    };
    const { providers, device, cpuOperators } = config;
    const { provider, trials, result } = await openSession(bytes, providers, device, tryOut, {
      cpuOperators,
      ...asOnCpu(bytes, config, config.comparedRows),
    });
    const { model, trial } = result;
    const report: ReadyReport = {
      kind: 'ready',
      threadId,
      provider,
      trials,
      graph: graph ?? { inputs: [], outputs: [] },
      attentionWidth: model.attentionWidth,
      rawWidth: rawWidthOf(config, model.columns),
      ...(trial === null ? {} : { trial }),
    };
    return { report, model };
  });
  const buffers = new BufferPool(config);
  const runner = new BatchRunner(model, buffers, config);
  const columns = new ColumnRunner(model, buffers, config);
  const explainer = new Explainer(model, buffers, config);
  await slot.during(() => runner.warmUp());
  serveAsOthers();
  parentPort?.postMessage(report);
  return async (task) => {
    try {
      if (task.kind === 'batch') {
        return { inferenceMs: await slot.during(() => runner.run(task)), provider: report.provider };
      }
      if (task.kind === 'columns') {
        return { inferenceMs: await slot.during(() => columns.run(task)), provider: report.provider };
      }
      return { contributions: await slot.during(() => explainer.explain(task)) };
    } catch (error) {
      return taskFailureOf(error);
    }
  };
}

async function trialOf(model: ModelSession, config: WorkerConfig): Promise<TrialReport | null> {
  const { trialRows, caseRows } = config;
  return trialRows === null ? null : tryRows(model, config, trialRows, caseRows);
}

async function warmedUp(session: InferenceSession, config: WorkerConfig): Promise<ModelSession> {
  const model = await ModelSession.warmedUp(session, config, config.memory.maxBatchSize, [config.columns.rows]);
  if (model.attentionWidth <= maxAttentionWidth) return model;
  throw new Error(`output attention: expected at most ${maxAttentionWidth} columns, received ${model.attentionWidth}`);
}

function failedReport(error: unknown): FailedReport {
  const isModelSuspect = error instanceof NoProviderError && error.isModelSuspect;
  return { kind: 'failed', threadId, ...failureOf(error), isModelSuspect, graph };
}

function taskFailureOf(error: unknown): TaskFailure {
  const message = messageOf(error);
  // A device error contains no row, and its error number is useful.
  if (isDeviceFailure(message)) return { error: sessionFailure(error), ofDevice: true };
  const shortage = shortageOf(error);
  const reason = withoutNumbers(message);
  return { error: shortage === null ? reason : `${shortage} (${reason})` };
}

/** The runtime may quote a row's values, which must not be in an error message. */
function withoutNumbers(message: string): string {
  return message.replace(/\d+(\.\d+)?(e[+-]?\d+)?/gi, '#');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** An empty task. The host runs some before the first request, so that the code that sends tasks is compiled. */
export function warmUp(): object {
  return {};
}

/** The package looks for this text in its own file before it starts it, because a bundle may have a `worker.js` of the host next to it. */
export const mark = 'the worker of fraud-scorer';

sayHello('worker');

const config: WorkerConfig = workerData;

// If this promise rejected, the worker would die, and the pool would start it again and again.
// So it resolves to a handler that refuses tasks, and the report tells `create` the reason.
const handling = start(config).catch((error: unknown): Handler => {
  parentPort?.postMessage(failedReport(error));
  return () => Promise.resolve({ error: messageOf(error) });
});

export default handling;

export const openLine = lineOver(handling, config.line);
export { lineOver };
