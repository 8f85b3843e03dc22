import type { Alert, AlertRule } from '../api/events.js';
import { isBreached, isWellBack, type Observation, severityOf } from './alert-rules.js';

/** What an evaluation changed. */
export interface AlertChanges {
  raised: Alert[];
  cleared: Alert[];
}

/** The alerts that stand: each raised once and cleared once, however often its rule is looked at. */
export class AlertBoard {
  readonly #active = new Map<AlertRule, Alert>();

  get active(): Alert[] {
    return [...this.#active.values()].map((alert) => ({ ...alert }));
  }

  /** @param nowEpochMs the time of the observations. */
  evaluate(observations: readonly Observation[], nowEpochMs: number): AlertChanges {
    const changes: AlertChanges = { raised: [], cleared: [] };
    for (const observation of observations) {
      const alert = this.#active.get(observation.rule);
      if (alert === undefined) {
        if (isBreached(observation)) changes.raised.push(this.#raise(observation, nowEpochMs));
      } else if (isWellBack(observation)) {
        this.#active.delete(observation.rule);
        changes.cleared.push(clearedAlert(alert, observation));
      }
    }
    return changes;
  }

  #raise(observation: Observation, since: number): Alert {
    const value = observation.value ?? 0;
    const alert: Alert = {
      rule: observation.rule,
      severity: severityOf(observation),
      value,
      threshold: observation.threshold,
      since,
      message: observation.describe(value),
    };
    this.#active.set(observation.rule, alert);
    return { ...alert };
  }
}

/** The alert that was raised, with what is seen now; as it was where there is nothing left to see. */
function clearedAlert(alert: Alert, { value, describe }: Observation): Alert {
  return value === null ? alert : { ...alert, value, message: describe(value) };
}
