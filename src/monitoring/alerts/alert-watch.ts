import type { Alert, AlertsSummary } from '../../api/alerts.js';
import type { Clock } from '../../host/clock.js';
import type { FaultReport } from '../../host/faults.js';
import { AlertBoard } from './alert-board.js';
import type { ResolvedAlerts } from './alert-options.js';
import type { AlertSources } from './alert-sources.js';
import type { HostRuleFailure } from './custom-rule.js';
import type { Rule } from './rule.js';
import { rulesInForce } from './rules-in-force.js';
import { type MonitorReading, Snapshots } from './snapshots.js';

/** The parts that the alerts of a scorer need. */
export interface AlertWatchOptions {
  clock: Clock;
  alerts: ResolvedAlerts;
  sources: AlertSources;
  /** The option of `batching`, in ms. */
  targetLatencyMs: number;
  maxQueueSize: number;
  onAlert: (alert: Alert) => void;
  onAlertCleared: (alert: Alert) => void;
  onHostRuleFailure: HostRuleFailure;
  onFault: FaultReport;
}

/** Checks the rules and reports alerts that are raised and cleared. */
export class AlertWatch {
  readonly #options: AlertWatchOptions;
  readonly #rules: readonly Rule[];
  readonly #board = new AlertBoard();
  /** Others use it to report counts. */
  readonly snapshots: Snapshots;

  constructor(options: AlertWatchOptions) {
    const { clock, alerts, sources, targetLatencyMs, maxQueueSize, onHostRuleFailure } = options;
    this.#options = options;
    this.#rules = rulesInForce(alerts, targetLatencyMs, onHostRuleFailure);
    this.snapshots = new Snapshots({ clock, sources, maxQueueSize, labelDelayDays: alerts.labelDelayDays });
  }

  /** The names of the active rules. */
  get rules(): readonly string[] {
    return this.#rules.map(({ name }) => name);
  }

  get active(): Alert[] {
    return this.#board.active;
  }

  get summary(): AlertsSummary {
    return this.#board.summary;
  }

  /** What is wrong with the scorer's health. */
  get findings(): string[] {
    return this.#board.findings;
  }

  /** The check of every second. */
  look(reading: MonitorReading): void {
    this.#evaluate(this.#rules, reading);
  }

  /** A check between those, only of the rules that cannot wait. */
  lookNow(reading: MonitorReading): void {
    this.#evaluate(
      this.#rules.filter(({ isUrgent }) => isUrgent),
      reading,
    );
  }

  #evaluate(rules: readonly Rule[], reading: MonitorReading): void {
    const { onAlert, onAlertCleared, onFault } = this.#options;
    const { raised, cleared } = this.#board.evaluate(rules, this.snapshots.take(reading), onFault);
    for (const alert of raised) onAlert(alert);
    for (const alert of cleared) onAlertCleared(alert);
  }
}
