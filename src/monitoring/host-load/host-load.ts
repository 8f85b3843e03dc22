import type { HostSummary } from '../../api/summary.js';
import type { Clock } from '../../host/clock.js';
import type { LatencyHistogram } from '../latency-histogram.js';
import { EventLoopDelay } from './event-loop-delay.js';
import { EventLoopUse } from './event-loop-use.js';
import { type GcKind, GcPauses, type KindOfPauses } from './gc-pauses.js';

/** The load of the host's thread. */
export interface HostReading {
  /** Since the first scorer of this thread was created. Only this part of the reading changes later. */
  delay: LatencyHistogram;
  /** Over the last 10 seconds, in ms. */
  recentDelay: { p50: number | null; p99: number | null; max: number | null };
  utilization: number | null;
  gc: readonly KindOfPauses[];
}

/** Watches this thread as long as a scorer needs it. */
class HostObserver {
  readonly #delay: EventLoopDelay;
  readonly #use: EventLoopUse;
  readonly #gc = new GcPauses();
  #watchers = 0;

  constructor(clock: Clock) {
    this.#delay = new EventLoopDelay(clock);
    this.#use = new EventLoopUse(clock);
  }

  join(): void {
    this.#watchers += 1;
    if (this.#watchers > 1) return;
    this.#delay.start();
    this.#use.start();
    this.#gc.start();
  }

  leave(): void {
    this.#watchers -= 1;
    if (this.#watchers > 0) return;
    this.#delay.stop();
    this.#use.stop();
    this.#gc.stop();
  }

  read(): HostReading {
    return {
      delay: this.#delay.sinceStart,
      recentDelay: this.#delay.recent(),
      utilization: this.#use.recent(),
      gc: this.#gc.pauses,
    };
  }
}

/** All scorers of a thread share one observer, because all would measure the same. */
const observers = new WeakMap<Clock, HostObserver>();

/** How busy the thread is that a scorer shares with its host. After the scorer has closed, the last values stay. */
export class HostLoad {
  readonly #observer: HostObserver;
  #isWatching = false;
  #last: HostReading | null = null;

  /** @param clock the clock that all scorers of the thread use. */
  constructor(clock: Clock) {
    this.#observer = observers.get(clock) ?? new HostObserver(clock);
    observers.set(clock, this.#observer);
  }

  /** Does not keep the process alive. */
  watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#observer.join();
  }

  dispose(): void {
    if (!this.#isWatching) return;
    this.#last = this.#observer.read();
    this.#isWatching = false;
    this.#observer.leave();
  }

  reading(): HostReading {
    return this.#last ?? this.#observer.read();
  }

  summary(): HostSummary {
    const { recentDelay, utilization, gc } = this.reading();
    const ofKind = (kind: GcKind): HostSummary['gc'][GcKind] => {
      const { count = 0, pauseMs = 0 } = gc.find((pauses) => pauses.kind === kind) ?? {};
      return { count, totalMs: pauseMs };
    };
    return {
      eventLoop: { delayMs: recentDelay, utilization },
      gc: {
        minor: ofKind('minor'),
        major: ofKind('major'),
        incremental: ofKind('incremental'),
        weakCallbacks: ofKind('weakCallbacks'),
      },
    };
  }
}
