import type { DashboardAlert, DashboardEvent } from '../api/dashboard.js';
import type { Alert, DeploymentEvent, WorkerLostEvent } from '../api/events.js';

const keptAlerts = 50;
const keptEvents = 30;

/** What the scorer said, from when the handler was made: alerts that came and went, and what became of versions. Bounded. */
export class Happenings {
  /** As they were raised, by rule and version: one that is cleared comes with what is seen then. */
  readonly #raised = new Map<string, DashboardAlert>();
  /** The latest first. */
  readonly #cleared: DashboardAlert[] = [];
  readonly #events: DashboardEvent[] = [];

  raised(alert: Alert): void {
    this.#raised.set(keyOf(alert), shown(alert));
  }

  cleared(alert: Alert, at: number): void {
    const raised = this.#raised.get(keyOf(alert)) ?? shown(alert);
    this.#raised.delete(keyOf(alert));
    this.#cleared.unshift({ ...raised, clearedAt: at });
    this.#cleared.length = Math.min(this.#cleared.length, keptAlerts);
  }

  deployment({ type, version, at, reason, traffic }: DeploymentEvent): void {
    this.#add({ type, version, at, reason: reason ?? null, traffic: traffic ?? null });
  }

  workerLost({ reason, version }: WorkerLostEvent, at: number): void {
    this.#add({ type: 'workerLost', version, at, reason, traffic: null });
  }

  /**
   * The alerts to show: the active ones, then those that were cleared, each the latest first.
   *
   * @param active what the scorer says is active now: it may have been raised before anybody listened here.
   */
  alerts(active: readonly Alert[]): DashboardAlert[] {
    const latestFirst = active.map(shown).sort((a, b) => b.raisedAt - a.raisedAt);
    return [...latestFirst, ...this.#cleared].slice(0, keptAlerts);
  }

  get events(): DashboardEvent[] {
    return [...this.#events];
  }

  #add(event: DashboardEvent): void {
    this.#events.unshift(event);
    this.#events.length = Math.min(this.#events.length, keptEvents);
  }
}

function shown(alert: Alert): DashboardAlert {
  const { rule, severity, value, threshold, since, message } = alert;
  return {
    rule,
    severity,
    value,
    threshold: Number.isFinite(threshold) ? threshold : null,
    message,
    version: versionOf(alert),
    raisedAt: since,
    clearedAt: null,
  };
}

/** Rules that look at each version name it. */
function versionOf(alert: object): string | null {
  return 'version' in alert && typeof alert.version === 'string' ? alert.version : null;
}

function keyOf(alert: Alert): string {
  return `${alert.rule} ${versionOf(alert) ?? ''}`;
}
