/** `npm run chaos`: see test/README.md. */

import { writeFile } from 'node:fs/promises';
import { SingleBar } from 'cli-progress';
import { processOutput } from '../../src/cli/stream-output.js';
import { readOptions } from './options.js';
import { KnownRows } from './oracle/known-rows.js';
import { runScenario, type ScenarioReport } from './report/scenario-report.js';
import { reportTable } from './report/table.js';
import { allScenarios } from './scenarios/all-scenarios.js';

processOutput();
const { seed, requests, minutes, only, workers, model, report } = await readOptions();
const chosen = allScenarios.filter(({ name, onRequest }) => only?.includes(name) ?? !onRequest);
const rows = await KnownRows.make(model, 4_096, seed);
const reports: ScenarioReport[] = [];

for (const scenario of chosen) {
  const bar = new SingleBar({
    format: `${scenario.name.padEnd(20)} {bar} {percentage} % | {duration_formatted} | {value} of {total} ${scenario.unit}`,
    noTTYOutput: true,
    notTTYSchedule: 10_000,
    hideCursor: true,
  });
  bar.start(requests ?? scenario.amount, 0);
  reports.push(
    await runScenario(scenario, {
      seed,
      amount: requests,
      minutes,
      workers,
      rows,
      onProgress: (done, of) => {
        bar.setTotal(of);
        bar.update(done);
      },
    }),
  );
  bar.stop();
}

console.log(`${reportTable(reports)}\nseed ${seed}, ${workers} workers`);
if (report !== undefined) await writeFile(report, `${JSON.stringify({ seed, workers, reports }, null, 2)}\n`);
if (reports.some(({ problems, missed = [] }) => problems.length + missed.length > 0)) process.exitCode = 1;
