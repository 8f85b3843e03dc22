import type { Timer } from '../host/clock.js';
import type { ReadyReport } from '../protocol/serving.js';
import { greetingTimeoutMs } from './handshake.js';
import { HangWatch } from './hang-watch.js';
import type { SeatOptions, SeatThread } from './seat-options.js';
import { StartWatch } from './start-watch.js';

export interface Starting {
  kind: 'starting';
  /** null while it is created. */
  thread: SeatThread | null;
  troubled: boolean;
  watch: StartWatch;
}

export interface Ready {
  kind: 'ready';
  thread: SeatThread;
  report: ReadyReport;
  since: number;
  watch: HangWatch;
}

export interface Waiting {
  kind: 'waiting';
  timer: Timer | null;
  troubled: boolean;
}

/**
 * The state of a seat. `waiting`: it waits before it starts a thread again. `hung`: its thread hangs, and so many others hang that no
 * thread can be started until one of them ends. `withdrawn`: its device failed; it ends after it has answered its open tasks. `troubled`: a
 * thread hung, could not get ready, starts slowly or was withdrawn, and none has got ready since.
 */
export type SeatState =
  | Starting
  | Ready
  | { kind: 'withdrawn'; from: Ready }
  | Waiting
  | { kind: 'hung' }
  | { kind: 'ended' };

/** Whether it has no worker because one hung, could not get ready or was withdrawn. A worker that only died does not count. */
export function isTroubled(state: Exclude<SeatState, Ready>): boolean {
  if (state.kind === 'starting' || state.kind === 'waiting') return state.troubled;
  return state.kind === 'hung' || state.kind === 'withdrawn';
}

/** A thread is about to be started. */
export function startingState(
  troubled: boolean,
  { clock, lookEveryMs, workerHangMs, startTimeoutMs }: SeatOptions,
): Starting {
  const bounds = { slowMs: workerHangMs, silentMs: greetingTimeoutMs, lateMs: startTimeoutMs };
  return { kind: 'starting', thread: null, troubled, watch: new StartWatch(bounds, lookEveryMs, clock.now()) };
}

/** A thread is ready. */
export function readyState(
  thread: SeatThread,
  report: ReadyReport,
  { clock, workerHangMs, lookEveryMs }: SeatOptions,
): Ready {
  return { kind: 'ready', thread, report, since: clock.now(), watch: new HangWatch(workerHangMs, lookEveryMs) };
}
