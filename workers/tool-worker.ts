import { workerData } from 'node:worker_threads';
import { InferenceSession } from 'onnxruntime-node';
import type { OptimizeTask, ToolReply, ToolResults, ToolTask } from '../src/pool/tool-protocol.js';
import { readChecked } from './checked-file.js';
import { compare } from './compare.js';
import { GuardSeat } from './guard.js';
import { probe } from './probe.js';
import { profile } from './profile.js';
import { scoreRows } from './score-rows.js';

const seat = new GuardSeat(workerData);

/** Runs one task of a tool: what needs the runtime, which the host never loads. */
export default async function runTool(task: ToolTask): Promise<ToolReply<ToolTask['kind']>> {
  try {
    return { result: await seat.during(() => resultOf(task)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function resultOf(task: ToolTask): Promise<ToolResults[ToolTask['kind']]> {
  switch (task.kind) {
    case 'compare':
      return compare(task);
    case 'profile':
      return profile(task, seat);
    case 'probe':
      return probe(task);
    case 'score':
      return scoreRows(task);
    case 'optimize':
      return optimize(task);
  }
}

/** Loading a graph with this option has the runtime save it as it has optimised it. */
async function optimize({ model, outPath, level }: OptimizeTask): Promise<null> {
  const session = await InferenceSession.create(await readChecked(model), {
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
