import type { AlertsSummary } from '../api/alerts.js';
import type { DashboardFleet, DashboardSnapshot } from '../api/dashboard.js';
import type { FraudScorerEvents } from '../api/events.js';
import type { Health } from '../api/health.js';
import type { Summary } from '../api/summary.js';
import type { Clock } from '../host/clock.js';
import { usualDriftLimit } from '../monitoring/drift/stability.js';
import { alertsShown, Happenings } from './happenings.js';
import { pageHookOf } from './page-hook.js';
import { snapshotOf } from './snapshot.js';

/** Over a longer time, the difference of two summaries is not a current rate. */
const longestPeriodMs = 3_500;

/** The events that the page shows. */
export type DashboardEventName = 'deployment' | 'workerLost';

/** The part of a scorer that the live page needs. `FraudScorer` has it. */
export interface DashboardScorer {
  /** All measurements. */
  summary(): Summary;
  /** Whether the scorer can answer. */
  health(): Health;
  /** The active alerts and the history. */
  alerts(): AlertsSummary;
  /** Adds a listener for events of a kind. */
  on<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): unknown;
  /** Removes a listener. */
  off<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): unknown;
  /** The nodes, if it is a fleet. */
  fleet?(): DashboardFleet;
  /**
   * An earlier summary of the same nodes, and how long it was before the current one; null if there is none. A fleet has it, because its
   * sums also change when nodes come and go.
   */
  earlier?(): EarlierSummary | null;
}

/** A summary to compute rates with. */
export interface EarlierSummary {
  summary: Summary;
  elapsedMs: number;
}

/** A scorer, as the page needs it. It listens to a few rare events from the start, and reads everything else on request. */
export class DashboardSource {
  readonly #scorer: DashboardScorer;
  readonly #clock: Clock;
  readonly #title: string | null;
  readonly #driftLimit: number | null;
  readonly #happenings = new Happenings();
  readonly #deployment = (event: FraudScorerEvents['deployment'][0]): void => this.#happenings.deployment(event);
  readonly #workerLost = (event: FraudScorerEvents['workerLost'][0]): void =>
    this.#happenings.workerLost(event, this.#clock.epochMs());
  #before: { summary: Summary; at: number; readAt: number } | null = null;

  constructor(scorer: DashboardScorer, clock: Clock, title: string | null) {
    this.#scorer = scorer;
    this.#clock = clock;
    this.#title = title;
    const hook = pageHookOf(scorer);
    this.#driftLimit = hook === null ? usualDriftLimit : hook.driftLimit;
    scorer.on('deployment', this.#deployment);
    scorer.on('workerLost', this.#workerLost);
  }

  read(): DashboardSnapshot {
    const summary = this.#scorer.summary();
    const health = this.#scorer.health();
    const readAt = this.#clock.now();
    const at = Math.round(this.#clock.epochMs());
    const before = this.#before;
    // Uses the monotonic clock, so that a correction of the wall clock does not give wrong rates.
    const elapsedMs = before === null ? Number.POSITIVE_INFINITY : readAt - before.readAt;
    const isRecent = before !== null && elapsedMs <= longestPeriodMs;
    this.#before = { summary, at, readAt };
    const own = isRecent ? { summary: before.summary, elapsedMs } : null;
    return snapshotOf({
      summary,
      health,
      at,
      title: this.#title,
      alerts: alertsShown(this.#scorer.alerts()),
      events: this.#happenings.events,
      driftLimit: this.#driftLimit,
      before: this.#scorer.earlier === undefined ? own : this.#scorer.earlier(),
      fleet: this.#scorer.fleet?.() ?? null,
    });
  }

  /** Stops listening. */
  dispose(): void {
    this.#scorer.off('deployment', this.#deployment);
    this.#scorer.off('workerLost', this.#workerLost);
  }
}
