import type { Alert, AlertRecord, AlertsSummary } from '../api/alerts.js';

/** As many as a real scorer remembers. */
const mostRemembered = 100;

/** The alerts that a test has raised and cleared. */
export class AlertList {
  /** The latest first. */
  #history: AlertRecord[] = [];

  get active(): Alert[] {
    return this.#standing()
      .map(({ clearedAt: _, ...alert }) => alert)
      .reverse();
  }

  get summary(): AlertsSummary {
    return { active: this.active, history: this.#history.map((record) => ({ ...record })) };
  }

  /** One of a rule and version that stands already is replaced. */
  raise(alert: Alert): void {
    this.#history = this.#history.filter((record) => record.clearedAt !== null || !isOfSame(record, alert));
    this.#history = [{ ...alert, clearedAt: null }, ...this.#history].slice(0, mostRemembered);
  }

  clear(alert: Alert, at: number): void {
    for (const record of this.#standing()) {
      if (isOfSame(record, alert)) record.clearedAt = at;
    }
  }

  #standing(): AlertRecord[] {
    return this.#history.filter(({ clearedAt }) => clearedAt === null);
  }
}

function isOfSame(one: Alert, other: Alert): boolean {
  return one.rule === other.rule && one.version === other.version;
}
