import type { DashboardPoint, DashboardSnapshot } from '../../api/dashboard.js';
import type { Clock, Timer } from '../../host/clock.js';
import type { Output } from '../output.js';
import { asJson } from '../output.js';
import { fetchSnapshot, followSnapshots, type LivePage, NoLivePageError } from './stream.js';
import { lineOf } from './view.js';

const firstDelayMs = 1_000;
const longestDelayMs = 15_000;
const keptSeconds = 120;
/** A live page sends a snapshot each second. After so long without one, the connection is dead, though nothing has ended it. */
const longestSilenceMs = 10_000;

export interface WatchOptions {
  page: LivePage;
  /** One snapshot, and the end. */
  once: boolean;
  /** Snapshots as lines of JSON. */
  json: boolean;
  clock: Clock;
  /** Aborted when it is time to stop. */
  signal: AbortSignal;
  screen: Screen;
}

/** Where a scorer is shown. */
export interface Screen {
  show(snapshot: DashboardSnapshot, points: readonly DashboardPoint[]): void;
  /** The connection was lost: what is shown grows old. */
  lost(reason: string): void;
  close(): void;
}

/** Lines of text, where there is no terminal. */
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
 * @throws {NoLivePageError} where there was no live page at the first attempt: the address is wrong, most likely.
 */
export async function watch({ page, once, json, clock, signal, screen }: WatchOptions, output: Output): Promise<void> {
  if (once) {
    const snapshot = await fetchSnapshot(page, signal);
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
      await followSnapshots(page, silence.signal, (snapshot) => {
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
      if (error instanceof NoLivePageError && !hasSeen) throw error;
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

/** Ends a connection on which nothing comes any more. */
class Silence {
  readonly #clock: Clock;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #onSilence: () => void;
  readonly #stop = (): void => this.#controller.abort();
  #timer: Timer | null = null;

  /** @param outer ends the connection too. @param onSilence called before it is ended. */
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

  /** Something came. */
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
