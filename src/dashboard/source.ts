import type { AlertsSummary } from '../api/alerts.js';
import type { DashboardSnapshot } from '../api/dashboard.js';
import type { FraudScorerEvents } from '../api/events.js';
import type { Health } from '../api/health.js';
import type { Summary } from '../api/summary.js';
import type { Clock } from '../host/clock.js';
import { usualDriftLimit } from '../monitoring/drift/stability.js';
import { alertsShown, Happenings } from './happenings.js';
import { pageHookOf } from './page-hook.js';
import { snapshotOf } from './snapshot.js';

/** Beyond this a difference of two summaries is no rate of now. */
const longestPeriodMs = 3_500;

/** The events that the page shows. */
export type DashboardEventName = 'deployment' | 'workerLost';

/** What the live page needs of a scorer. `FraudScorer` has it. */
export interface DashboardScorer {
  summary(): Summary;
  health(): Health;
  alerts(): AlertsSummary;
  on<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): unknown;
  off<E extends DashboardEventName>(event: E, listener: (...args: FraudScorerEvents[E]) => unknown): unknown;
}

/** A scorer as the page sees it. It listens to a few rare events from the start, and reads the rest when it is asked. */
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
    // By the monotonic clock, so that a correction of the wall clock makes no false rates.
    const elapsedMs = before === null ? Number.POSITIVE_INFINITY : readAt - before.readAt;
    const isRecent = before !== null && elapsedMs <= longestPeriodMs;
    this.#before = { summary, at, readAt };
    return snapshotOf({
      summary,
      health,
      at,
      title: this.#title,
      alerts: alertsShown(this.#scorer.alerts()),
      events: this.#happenings.events,
      driftLimit: this.#driftLimit,
      before: isRecent ? { summary: before.summary, elapsedMs } : null,
    });
  }

  /** Stops listening. */
  dispose(): void {
    this.#scorer.off('deployment', this.#deployment);
    this.#scorer.off('workerLost', this.#workerLost);
  }
}
