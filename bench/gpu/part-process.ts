/** Runs one part and ends; a child of `run-part.ts`. */

import { once } from 'node:events';
import { TimeLeft } from './budget.js';
import { partRuns } from './parts/all.js';
import type { PartMessage, PartTask } from './protocol.js';

function tell(message: PartMessage): void {
  process.send?.(message);
}

async function run({ part, settings, seconds }: PartTask): Promise<void> {
  const runPart = partRuns[part];
  if (runPart === undefined) throw new RangeError(`part: expected one that there is, received ${part}`);
  // The process's own start counts.
  const timeLeft = new TimeLeft(seconds - process.uptime());
  await runPart({
    settings,
    timeLeft,
    report: {
      check: (check) => tell({ kind: 'check', check }),
      table: (table) => tell({ kind: 'table', table }),
      note: (note) => tell({ kind: 'note', note }),
      shortened: (reason) => tell({ kind: 'shortened', reason }),
    },
  });
  tell({ kind: 'ended' });
}

const [task] = await once(process, 'message');
// Nobody is left to tell; a hung runtime is the parent's to end.
process.once('disconnect', () => process.exit());
try {
  await run(task);
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
process.removeAllListeners('disconnect');
process.disconnect();
