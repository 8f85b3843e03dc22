import { workerData } from 'node:worker_threads';
import { InferenceSession } from 'onnxruntime-node';
import type { OptimizeTask, ToolReply, ToolTask } from '../src/pool/tool-protocol.js';
import { compare } from './compare.js';
import { GuardSeat } from './guard.js';

const guard: SharedArrayBuffer = workerData;
const seat = new GuardSeat(guard);

/** Runs one task of a tool: what needs the runtime, which the host never loads. */
export default async function runTool(task: ToolTask): Promise<ToolReply> {
  try {
    const result = await seat.during(() => (task.kind === 'compare' ? compare(task) : optimize(task)));
    return { result };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Loading a graph with this option has the runtime save it as it has optimised it. */
async function optimize({ modelPath, outPath, level }: OptimizeTask): Promise<null> {
  const session = await InferenceSession.create(modelPath, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: level,
    optimizedModelFilePath: outPath,
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  await session.release();
  return null;
}
