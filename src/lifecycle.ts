import { isMainThread, threadId } from 'node:worker_threads';
import type { CloseReport } from './api/scorer.js';
import type { Parts } from './compose.js';
import { ClosedError } from './errors.js';
import { watched } from './host/faults.js';
import { warnOfDemonstration } from './models/demonstration.js';
import { summaryOf } from './summarise.js';

/** A thread gets no event when it is being terminated, so only a warning is possible. */
const inWorkerThread =
  'The scorer runs in a worker thread: close it before this thread is terminated or the process ends, which can abort the process while it is busy';

/**
 * Starts the workers. Resolves when all have warmed up.
 *
 * @param signal ends the start; the error is its reason.
 */
export async function startParts(parts: Parts, signal: AbortSignal): Promise<void> {
  const { options, clock, deployments, failover, monitor, hostLoad, logger } = parts;
  await Promise.all(deployments.all.map((deployment) => deployment.start(signal)));
  parts.startedAt = clock.now();
  parts.startedAtEpochMs = clock.epochMs();
  monitor.watch();
  hostLoad.watch();
  failover.watch();
  const { primary } = deployments;
  logger.info('Scoring started', {
    model: primary.model.name,
    version: primary.model.version,
    workers: primary.workers.ready,
    workersFrom: options.workersFrom,
    provider: primary.workers.provider,
    providers: primary.workers.providers,
    devices: primary.workers.devices,
    batching: primary.limits,
  });
  const { cpuOperators } = primary.workers;
  if (cpuOperators.length > 0) {
    logger.info('The CPU runs this model, as the runtime has no GPU kernels for it', { operators: cpuOperators });
  }
  if (options.model === null) warnOfDemonstration(options.logger === undefined ? null : logger);
  if (!isMainThread) logger.warn(inWorkerThread, { threadId });
}

/**
 * Takes in no more requests, answers those that were taken in, ends the workers and frees all resources.
 *
 * @param timeoutMs how long to wait for requests that were taken in.
 */
export async function closeParts(parts: Parts, timeoutMs: number): Promise<CloseReport> {
  const {
    door,
    deployments,
    operations,
    failover,
    deadlines,
    gpuMemory,
    monitor,
    hostLoad,
    events,
    page,
    log,
    logger,
  } = parts;
  door.close();
  failover.dispose();
  // Reject loading calls now, for their callers. Loading ends while the last requests are still answered.
  const stopped = operations.stop(new ClosedError('The scorer was closed'));
  const abandoned = (await isDrained(parts, timeoutMs)) ? 0 : abandonAll(parts);
  await stopped;
  const released = await deployments.release();
  await log.close();
  await gpuMemory.close();
  deadlines.dispose();
  monitor.dispose();
  hostLoad.dispose();
  events.removeAll();
  page.closed();
  const fields = { abandoned, workersLeftBehind: !released };
  if (abandoned > 0 || !released) logger.warn('Scoring ended before all was done', fields);
  else logger.info('Scoring ended', fields);
  return { abandoned, summary: summaryOf(parts) };
}

/** Settles everything that is open with `ERR_CLOSED`. @returns how many had no answer. */
function abandonAll({ table, deployments }: Parts): number {
  const cutOff = (): ClosedError => new ClosedError('The scorer was closed before this request was answered');
  let abandoned = 0;
  // One at a time, because host code is called for each and may settle others.
  for (const row of table.taken()) {
    // An answer that only waits for its reasons goes out without them.
    if (table.result[row] === null) abandoned += 1;
    deployments.of(table, row).giveUp(row, cutOff());
  }
  for (const { columns } of deployments.answering) abandoned += columns.giveUpAll(cutOff);
  return abandoned;
}

/** @returns whether everything that was taken in is settled, after at most `timeoutMs`. */
function isDrained(parts: Parts, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = Number.isFinite(timeoutMs) ? parts.clock.after(timeoutMs, () => resolve(false)) : null;
    const idle = whenIdle(parts).then(() => {
      timer?.clear();
      resolve(true);
    });
    watched(idle, parts.onFault);
  });
}

async function whenIdle(parts: Parts): Promise<void> {
  while (!isIdle(parts)) await parts.changes.wait();
}

/** Whether every request is settled. Workers may still hold batches whose requests were all settled early. */
function isIdle({ table, deployments }: Parts): boolean {
  if (table.freeCount < table.capacity) return false;
  return deployments.answering.every(({ batcher, columns }) => columns.isIdle && !batcher.isHandingOut);
}
