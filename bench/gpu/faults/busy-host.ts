/** A host that ends, in the way it is told, while its workers are inside the runtime: a process of its own. */

import { ReferenceRequests } from '../../load/reference-requests.js';
import { openScorer } from '../open-scorer.js';
import type { GpuSettings } from '../settings.js';
import { type BusyHostTask, exceptionText, exitCode } from './ways-to-end.js';

const answersBefore = 20_000;
const { settings, how }: BusyHostTask = JSON.parse(process.argv[2] ?? '');
// Whoever started it has ended.
process.once('disconnect', () => process.exit());
await load(settings);

async function load(settings: GpuSettings): Promise<void> {
  const requests = ReferenceRequests.generate(1_024);
  const scorer = await openScorer(settings);
  const controller = new AbortController();
  let answered = 0;
  const end = (): void => {
    process.removeAllListeners('disconnect');
    if (how === 'exit') process.exit(exitCode);
    if (how === 'exception') {
      setImmediate(() => {
        throw new Error(exceptionText);
      });
    }
    // Nothing is left to wait for, and the workers are still at what was given up.
    if (how === 'natural end') {
      controller.abort();
      process.disconnect();
    }
    if (how === 'signal') process.send?.('busy');
  };
  const callAgain = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      await scorer.score(requests.at(answered), { signal: controller.signal }).catch(() => {});
      answered += 1;
      if (answered === answersBefore) end();
    }
  };
  for (let caller = 0; caller < 2_048; caller += 1) void callAgain();
}
