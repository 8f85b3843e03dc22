import type { Provider } from '../api/provider.js';
import { contained } from '../host/faults.js';
import { asError } from '../host/thrown.js';
import type { WorkerReport } from '../protocol/serving.js';
import { deviceOf, isOnDevice } from './devices.js';
import type { WorkerPoolOptions } from './pool-options.js';
import type { PoolStart } from './pool-start.js';
import type { PoolThreads } from './pool-threads.js';
import type { SeatOptions, StartListener } from './seat-options.js';
import { startFailure } from './start-failure.js';
import { isWorkerReport } from './worker-report.js';
import { WorkerSeat } from './worker-seat.js';
import type { WorkerThread } from './worker-thread.js';

export interface SeatParts extends Pick<SeatOptions, 'lookEveryMs' | 'onReady' | 'onUnusable' | 'onLost'> {
  threads: PoolThreads;
  start: PoolStart;
}

/** Creates the seats of a pool, one for each worker, spread over its devices. */
export function makeSeats(options: WorkerPoolOptions, parts: SeatParts): WorkerSeat[] {
  const seats: WorkerSeat[] = [];
  for (let index = 0; index < options.workers; index += 1) seats.push(makeSeat(index, seats, options, parts));
  return seats;
}

/** Creates one more seat at this position of the pool. */
export function makeSeat(
  index: number,
  seats: readonly WorkerSeat[],
  options: WorkerPoolOptions,
  { threads, start, lookEveryMs, onReady, onUnusable, onLost }: SeatParts,
): WorkerSeat {
  const { clock, workerHangMs, startTimeoutMs, devices, onSlow, onFault } = options;
  const device = deviceOf(index, devices);
  const isOnOwnDevice = (): boolean => {
    const seat = seats[index];
    return seat !== undefined && isOnDevice(seat);
  };
  const withDevice = (problem: string): string => (isOnOwnDevice() ? `device ${device}: ${problem}` : problem);
  const spawn = (listener: StartListener): WorkerThread | null => {
    // Only the first worker of the pool tries the model. The others and all replacements need not do it again.
    const isFirst = !start.isOver && index === 0;
    const providers =
      start.isOver && isOnOwnDevice() ? providersOfReplacement(seats, options) : options.config.providers;
    return threads.start({
      file: { role: 'worker', url: options.workerFile },
      data: { ...options.config, device, providers, trialRows: isFirst ? options.config.trialRows : null },
      resourceLimits: options.resourceLimits,
      onMessage: (message) => {
        if (isWorkerReport(message)) contained(() => listener.onReport(message), onFault);
      },
      onStranger: listener.onStranger,
    });
  };
  return new WorkerSeat({
    ...{ clock, workerHangMs, startTimeoutMs, lookEveryMs, spawn, onReady, onUnusable, onFault },
    line: options.config.line,
    problemWith: (report) => problemWith(report, device, options),
    onSlow: (problem) => onSlow(withDevice(problem)),
    onLost: (reason) => onLost(withDevice(reason)),
  });
}

/**
 * The providers of a replacement. A worker whose device failed must not come back on the CPU while others run on devices: it would be slow,
 * and would never return to a device. If no device is left, the CPU is better than nothing.
 */
function providersOfReplacement(seats: readonly WorkerSeat[], { config }: WorkerPoolOptions): Provider[] {
  const isAnyLeft = seats.some((seat) => seat.isReady && isOnDevice(seat));
  return isAnyLeft ? config.providers.filter((provider) => provider !== 'cpu') : config.providers;
}

function problemWith(report: WorkerReport, device: number, { check }: WorkerPoolOptions): Error | null {
  try {
    check(report);
  } catch (error) {
    return asError(error);
  }
  return report.kind === 'failed' ? startFailure(report, device) : null;
}
