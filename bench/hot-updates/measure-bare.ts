import { setTimeout } from 'node:timers/promises';
import { BareLoops } from '../rivals/bare-loops.js';
import type { Steps } from '../scenarios/scenario.js';
import { MemoryGrowth } from './memory-growth.js';
import type { SwapReport, SwapTask } from './task.js';

const threads = 2;
const batchSize = 256;

/** What memory grows by where nothing is done but to create and release the runtime's sessions in threads that come and go. */
export async function measureBare({ settings }: SwapTask, steps: Steps): Promise<SwapReport> {
  const { swaps, restMs } = settings.hotUpdates;
  const memory = new MemoryGrowth();
  // As many sessions at once as hot updates have: a version starts before the one before it ends.
  let before = await BareLoops.start(settings.model, threads, batchSize);
  for (let swap = 0; swap < swaps; swap += 1) {
    const next = await BareLoops.start(settings.model, threads, batchSize);
    await before.release();
    before = next;
    await Promise.all([before.run(restMs / 2), setTimeout(restMs)]);
    memory.take();
    steps.done('bare sessions');
  }
  await before.release();
  return { growthMb: memory.perSwapMb, load: null };
}
