import { workerData } from 'node:worker_threads';
import type { OptimizeTask, ToolReply, ToolResults, ToolTask } from '../../src/protocol/tools.js';
import { probe } from '../providers/probe.js';
import { sessionEntries } from '../providers/providers.js';
import { loadRuntime } from '../providers/runtime.js';
import { failureOf } from '../thread/failure.js';
import { GuardSlot } from '../thread/guard.js';
import { sayHello } from '../thread/hello.js';
import { bytesOf } from '../thread/model-bytes.js';
import { keepShowingLife } from '../thread/sign-of-life.js';
import { compare } from './compare.js';
import { profile } from './profile.js';
import { explainRow, replay } from './replay.js';
import { runGraph } from './run-graph.js';
import { scoreRows } from './score-rows.js';

/** See `inference-worker.ts`. */
export const mark = 'the tool-worker of fraud-scorer';

sayHello('tool-worker');
keepShowingLife();

const slot = new GuardSlot(workerData);

/** Runs one task of a tool. These tasks need the runtime, which the host never loads. */
export default async function runTool(task: ToolTask): Promise<ToolReply<ToolTask['kind']>> {
  try {
    return { result: await slot.during(() => resultOf(task)) };
  } catch (error) {
    const { code, message } = failureOf(error);
    return { error: message, code };
  }
}

async function resultOf(task: ToolTask): Promise<ToolResults[ToolTask['kind']]> {
  await loadRuntime();
  switch (task.kind) {
    case 'compare':
      return compare(task);
    case 'profile':
      return profile(task, slot);
    case 'probe':
      return probe(task);
    case 'score':
      return scoreRows(task);
    case 'run':
      return runGraph(task);
    case 'replay':
      return replay(task);
    case 'explain-row':
      return explainRow(task);
    case 'optimize':
      return optimize(task);
  }
}

/** With this option, the runtime saves its optimised form of the graph when it loads the graph. */
async function optimize({ model, outPath, level }: OptimizeTask): Promise<null> {
  const { InferenceSession } = await loadRuntime();
  const { graph, weights } = bytesOf(model);
  const session = await InferenceSession.create(graph, {
    externalData: weights,
    executionProviders: ['cpu'],
    graphOptimizationLevel: level,
    optimizedModelFilePath: outPath,
    extra: { session: sessionEntries },
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  await session.release();
  return null;
}
