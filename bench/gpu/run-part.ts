import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ResultTable } from '../report/result.js';
import type { PartPlan } from './parts/plan.js';
import type { PartMessage } from './protocol.js';
import type { PartResult } from './report/part-result.js';
import type { GpuSettings } from './settings.js';

export interface PartTimes {
  allottedSeconds: number;
  /** After so many it is ended. */
  patienceSeconds: number;
}

/** How the child ended. */
interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  hasEnded: boolean;
  isHung: boolean;
  failure: string | null;
}

/**
 * Runs a part in a process of its own and never throws: a driver that takes its process with it costs the others nothing, and what the
 * part had found until then stays.
 */
export async function runPart(
  plan: PartPlan,
  settings: GpuSettings,
  times: PartTimes,
  processFile: string = fileURLToPath(new URL('./part-process.mjs', import.meta.url)),
): Promise<PartResult> {
  const { name: part, title, environment } = plan;
  const { allottedSeconds } = times;
  const start = performance.now();
  const result: PartResult = {
    ...{ part, title, status: 'done', reason: null, seconds: 0, allottedSeconds },
    ...{ checks: [], tables: [], notes: [] },
  };
  const ending: Ending = { code: null, signal: null, hasEnded: false, isHung: false, failure: null };
  const child = fork(processFile, {
    env: { ...process.env, ...environment, ORT_DISABLE_TELEMETRY: '1' },
  });
  child.on('message', (message: PartMessage) => {
    if (message.kind === 'check') result.checks.push(message.check);
    else if (message.kind === 'table') result.tables = withTable(result.tables, message.table);
    else if (message.kind === 'note') result.notes.push(message.note);
    else if (message.kind === 'shortened') result.reason = joined(result.reason, message.reason);
    else if (message.kind === 'failed') ending.failure = message.reason;
    else ending.hasEnded = true;
  });
  child.send({ part, settings, seconds: allottedSeconds });
  const patience = setTimeout(() => {
    ending.isHung = true;
    child.kill('SIGKILL');
  }, times.patienceSeconds * 1000);
  await new Promise<void>((resolve) => {
    // One that could not be started, or told.
    child.on('error', ({ message }) => {
      ending.failure ??= message;
      if (child.pid === undefined) resolve();
    });
    child.on('close', (code, signal) => {
      Object.assign(ending, { code, signal });
      resolve();
    });
  });
  clearTimeout(patience);
  result.seconds = Math.round((performance.now() - start) / 100) / 10;
  return { ...result, ...statusOf(ending, result.reason, times) };
}

function statusOf(ending: Ending, shortened: string | null, times: PartTimes): Pick<PartResult, 'status' | 'reason'> {
  const { code, signal, hasEnded, isHung, failure } = ending;
  if (isHung) return { status: 'hung', reason: `ended after ${Math.round(times.patienceSeconds)} s` };
  if (failure !== null) return { status: 'failed', reason: failure };
  if (!hasEnded || code !== 0) {
    const when = hasEnded ? 'after its last result' : 'on the way';
    return { status: 'failed', reason: `its process ended ${when} with ${String(signal ?? code)}` };
  }
  return shortened === null ? { status: 'done', reason: null } : { status: 'shortened', reason: shortened };
}

/** A table that has grown takes the place of what it was. */
function withTable(tables: readonly ResultTable[], table: ResultTable): ResultTable[] {
  return [...tables.filter(({ title }) => title !== table.title), table];
}

function joined(one: string | null, other: string): string {
  return one === null ? other : `${one}; ${other}`;
}
