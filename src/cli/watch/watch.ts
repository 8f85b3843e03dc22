import type { DashboardPoint, DashboardSnapshot } from '../../api/dashboard.js';
import { InvalidOptionsError } from '../../errors.js';
import type { Clock, Timer } from '../../host/clock.js';
import type { Output } from '../output.js';
import { asJson } from '../output.js';
import { NoLivePageError, type SnapshotSource } from './stream.js';
import { lineOf } from './view.js';

const firstDelayMs = 1_000;
const longestDelayMs = 15_000;
const keptSeconds = 120;
/** A live page sends a snapshot each second. If none came for this long, the connection is dead, even if nobody closed it. */
const longestSilenceMs = 10_000;

export interface WatchOptions {
  source: SnapshotSource;
  /** Show one snapshot, then stop. */
  once: boolean;
  /** Write snapshots as lines of JSON. */
  json: boolean;
  clock: Clock;
  /** Aborted to stop watching. */
  signal: AbortSignal;
  screen: Screen;
}

/** The place where a scorer is shown. */
export interface Screen {
  show(snapshot: DashboardSnapshot, points: readonly DashboardPoint[]): void;
  /** The connection was lost, so the shown values are old. */
  lost(reason: string): void;
  close(): void;
}

/** Writes lines of text, for output that is not a terminal. */
export function plainScreen(output: Output, json: boolean): Screen {
  return {
    show: (snapshot) => output.write(`${json ? JSON.stringify(snapshot) : lineOf(snapshot)}\n`),
    lost: (reason) => output.error(`${reason}\n`),
    close: () => {},
  };
}

/**
 * Shows a scorer until it is told to stop. Connects again whenever the stream ends.
 *
 * @throws {NoLivePageError} if the first attempt finds nothing, because then the address is probably wrong.
 */
export async function watch(
  { source, once, json, clock, signal, screen }: WatchOptions,
  output: Output,
): Promise<void> {
  if (once) {
    const snapshot = await source.once(signal);
    output.write(json ? asJson(snapshot) : `${lineOf(snapshot)}\n`);
    return;
  }
  const points: DashboardPoint[] = [];
  let hasSeen = false;
  let delayMs = firstDelayMs;
  while (!signal.aborted) {
    let reason = 'The connection ended';
    const silence = new Silence(clock, signal, () => {
      reason = `Nothing came for ${longestSilenceMs / 1_000} s`;
    });
    try {
      await source.follow(silence.signal, (snapshot) => {
        silence.heard();
        hasSeen = true;
        delayMs = firstDelayMs;
        points.push(snapshot.point);
        if (points.length > keptSeconds) points.shift();
        screen.show(snapshot, points);
        if (snapshot.closed) reason = 'The scorer was closed';
      });
    } catch (error) {
      if (signal.aborted) return;
      const isFinal = error instanceof NoLivePageError || error instanceof InvalidOptionsError;
      if (isFinal && !hasSeen) throw error;
      if (error instanceof NoLivePageError) reason = error.message;
    } finally {
      silence.end();
    }
    if (signal.aborted) return;
    screen.lost(`${reason}; trying again in ${delayMs / 1_000} s`);
    await pause(clock, delayMs, signal);
    delayMs = Math.min(delayMs * 2, longestDelayMs);
  }
}

/** Ends a connection that has become silent. */
class Silence {
  readonly #clock: Clock;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onSilence: () => void;
  readonly #stop = (): void => this.#controller.abort();
  #timer: Timer | null = null;

  /** @param outer also ends the connection. @param onSilence called before the connection is ended. */
  constructor(clock: Clock, outer: AbortSignal, onSilence: () => void) {
    this.#clock = clock;
    this.#outer = outer;
    this.#onSilence = onSilence;
    outer.addEventListener('abort', this.#stop);
    this.heard();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Call this when data has come. */
  heard(): void {
    this.#timer?.clear();
    this.#timer = this.#clock.after(longestSilenceMs, () => {
      this.#onSilence();
      this.#controller.abort();
    });
  }

  end(): void {
    this.#timer?.clear();
    this.#outer.removeEventListener('abort', this.#stop);
  }
}

function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      timer.clear();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(delayMs, done);
    signal.addEventListener('abort', done);
  });
}
