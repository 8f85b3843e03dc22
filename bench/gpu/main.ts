/** `npm run bench:gpu`: runs the parts one after the other, each in a process of its own, and ends in time. */

import { CommanderError } from 'commander';
import { processOutput } from '../../src/cli/stream-output.js';
import type { Gpu } from '../../src/protocol/tools.js';
import { listGpus } from '../../workers/providers/nvidia-smi.js';
import { readEnvironment } from '../environment.js';
import { allot, patienceSeconds } from './budget.js';
import { type GpuBenchOptions, readGpuOptions } from './options.js';
import { chosenParts, type PartPlan } from './parts/plan.js';
import { hasFailed } from './report/check.js';
import type { PartResult } from './report/part-result.js';
import { type GpuResultFile, writeGpuResult } from './report/result-file.js';
import { checksText, partText } from './report/text.js';
import { runPart } from './run-part.js';

processOutput();

/** Put in when it is built. */
declare const BENCH_COMMIT: string | null;

/** The table, and the end of a part that hung, take time too. */
const endSeconds = 5;

async function bench({ parts: names, directory, budgetSeconds, settings }: GpuBenchOptions): Promise<boolean> {
  const startedAt = new Date().toISOString();
  const environment = readEnvironment();
  const { gpus } = await listGpus();
  const plans = chosenParts(names, settings.provider, settings.soakSeconds);
  const results: PartResult[] = [];
  let path = '';
  console.log(
    [`${environment.cores} × ${environment.cpu}`, ...gpus.map(gpuText), `Provider: ${settings.provider}`].join('\n'),
  );
  for (const [index, plan] of plans.entries()) {
    const secondsLeft = budgetSeconds - endSeconds - process.uptime();
    const allottedSeconds = allot(plans.slice(index), secondsLeft);
    const result = await resultOf(plan, results, allottedSeconds, (seconds) =>
      runPart(plan, settings, { allottedSeconds: seconds, patienceSeconds: patienceSeconds(seconds, secondsLeft) }),
    );
    results.push(result);
    const file: GpuResultFile = {
      format: 1,
      startedAt,
      seconds: Math.round(process.uptime()),
      budgetSeconds,
      environment: { ...environment, commit: environment.commit ?? BENCH_COMMIT },
      gpus,
      settings,
      parts: results,
    };
    path = await writeGpuResult(directory, file).catch(reasonOf);
    console.log(`\n[${Math.round(process.uptime())} s] ${partText(result)}`);
  }
  console.log(`\n${path}\n${checksText(results)}`);
  return results.every(({ status, checks }) => !hasFailed(checks) && status !== 'failed' && status !== 'hung');
}

function gpuText({ name, memoryTotalGb, driver, device }: Gpu): string {
  const memory = memoryTotalGb === null ? 'memory unknown' : `${memoryTotalGb.toFixed(1)} GiB`;
  return `${name}, ${memory}, driver ${driver}, ${device === null ? 'hidden from CUDA, or not known which' : `CUDA device ${device}`}`;
}

/** Without a file there is still the table. */
function reasonOf(error: unknown): string {
  return `No JSON was written: ${error instanceof Error ? error.message : String(error)}`;
}

async function resultOf(
  { name: part, title }: PartPlan,
  before: readonly PartResult[],
  allottedSeconds: number | null,
  run: (allottedSeconds: number) => Promise<PartResult>,
): Promise<PartResult> {
  const leftOut = (reason: string): PartResult => ({
    ...{ part, title, status: 'left out', reason, seconds: 0, allottedSeconds },
    ...{ checks: [], tables: [], notes: [] },
  });
  const probe = before.find((result) => result.part === 'probe');
  if (probe !== undefined && (probe.status === 'failed' || probe.status === 'hung' || hasFailed(probe.checks))) {
    return leftOut('the provider does not work here');
  }
  return allottedSeconds === null ? leftOut('no time was left') : await run(allottedSeconds);
}

try {
  if (!(await bench(readGpuOptions(process.argv.slice(2))))) process.exitCode = 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}
