import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { withSlowLoad } from './heavy-graphs.js';
import { fixtureModel } from './paths.js';

const fewNodes = 20;

/**
 * How many nodes of `withSlowLoad` make a model take so long to load on a core of this machine that has nothing else to do. Blocks the
 * thread for about a second.
 */
export async function nodesThatTake(milliseconds: number): Promise<number> {
  const model = await readFile(join(fixtureModel('sqrt'), 'model.onnx'));
  const createdWith = (nodes: number): Promise<number> => createdIn(withSlowLoad(model, 'p', nodes));
  // The first loads the runtime too.
  await createdWith(1);
  const [ofFew, ofTwice] = [await createdWith(fewNodes), await createdWith(2 * fewNodes)];
  return Math.ceil((milliseconds * fewNodes) / Math.max(ofTwice - ofFew, 1));
}

/** Milliseconds of a core, so that others on the machine make no difference. */
async function createdIn(model: Uint8Array): Promise<number> {
  const before = process.cpuUsage();
  // As the package's workers make theirs.
  const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all' } as const;
  const session = await InferenceSession.create(model, options);
  const { user, system } = process.cpuUsage(before);
  await session.release();
  return (user + system) / 1_000;
}
