import type { AlertRecord, AlertsSummary } from '../api/alerts.js';
import type { DashboardAlert, DashboardEvent } from '../api/dashboard.js';
import type { DeploymentEvent, WorkerLostEvent } from '../api/events.js';

const shownAlerts = 50;
const keptEvents = 30;

/** Events of versions and workers since the handler was created. The list has a limit. */
export class Happenings {
  readonly #events: DashboardEvent[] = [];

  deployment({ type, version, at, reason, traffic }: DeploymentEvent): void {
    this.#add({ type, version, at, reason: reason ?? null, traffic: traffic ?? null });
  }

  workerLost({ reason, version }: WorkerLostEvent, at: number): void {
    this.#add({ type: 'workerLost', version, at, reason, traffic: null });
  }

  get events(): DashboardEvent[] {
    return [...this.#events];
  }

  #add(event: DashboardEvent): void {
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, keptEvents);
  }
}

/** The alerts to show: the active ones, then the cleared ones, each with the latest first. */
export function alertsShown({ active, history }: AlertsSummary): DashboardAlert[] {
  // An alert that has been active for long may not be in the history any more.
  const standing = active.map((alert) => shown({ ...alert, clearedAt: null })).reverse();
  const cleared = history.filter(({ clearedAt }) => clearedAt !== null).map(shown);
  return [...standing, ...cleared].slice(0, shownAlerts);
}

function shown({ rule, severity, value, threshold, since, message, version, clearedAt }: AlertRecord): DashboardAlert {
  return {
    ...{ rule, severity, value, message, version, clearedAt },
    threshold: Number.isFinite(threshold) ? threshold : null,
    raisedAt: since,
  };
}
