/** Measures one series of swaps and ends; a child of `scenarios/hot-updates.ts`, so that no series inherits the memory of another. */

import { answerTask } from '../answer-task.js';
import { measureBare } from './measure-bare.js';
import { measureUpdates } from './measure-updates.js';
import type { SwapReport, SwapTask } from './task.js';

await answerTask<SwapTask, SwapReport>((task, steps) => {
  return task.what === 'bare' ? measureBare(task, steps) : measureUpdates(task, steps);
});
