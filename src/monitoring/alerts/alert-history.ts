import type { Alert, AlertRecord } from '../../api/alerts.js';

/** How many alerts are kept. */
const kept = 100;

/** The alerts that were raised last, in a ring, with the times at which each was raised and cleared. */
export class AlertHistory {
  readonly #ring: AlertRecord[] = [];
  #next = 0;

  /** @returns a function to call when the alert is cleared, with the time in milliseconds since the epoch. */
  add(alert: Alert): (clearedAt: number) => void {
    const record: AlertRecord = { ...alert, clearedAt: null };
    this.#ring[this.#next] = record;
    this.#next = (this.#next + 1) % kept;
    return (clearedAt) => {
      record.clearedAt = clearedAt;
    };
  }

  /** Copies, the latest first. */
  get records(): AlertRecord[] {
    const inOrder = [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
    return inOrder.reverse().map((record) => ({ ...record }));
  }
}
