import { runBusyHost } from '../faults/run-busy-host.js';
import { waysToEnd } from '../faults/ways-to-end.js';
import type { RunPart } from './part.js';

const mostRounds = 3;

/** Hosts that end while their sessions run: each with its own exit code, and without an abort of the runtime. */
export const exit: RunPart = async ({ settings, timeLeft, report }) => {
  const problems: string[] = [];
  let [hosts, longestMs] = [0, 0];
  for (let round = 0; round < mostRounds; round += 1) {
    for (const how of waysToEnd) {
      // Each way once, whatever it takes; then as long as there is time for another.
      if (round > 0 && timeLeft.ms < 1.5 * longestMs) continue;
      const start = performance.now();
      const problem = await runBusyHost(how, settings, 30_000);
      longestMs = Math.max(longestMs, performance.now() - start);
      hosts += 1;
      if (problem !== null) problems.push(problem);
    }
  }
  for (const problem of problems) report.note(problem);
  report.check({
    ...{
      what: `exit while ${settings.provider} is busy: own exit code, no abort`,
      asked: `${hosts} of ${hosts} hosts`,
    },
    ...{ seen: `${hosts - problems.length} of ${hosts}`, met: problems.length === 0, isMust: true },
  });
};
