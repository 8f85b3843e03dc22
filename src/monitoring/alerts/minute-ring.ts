import type { FailureCounts } from '../../api/alerts.js';

const minuteMs = 60_000;

// The fields of a slot.
const minuteField = 0;
const totalField = 1;
const partField = 2;
const fields = 3;

/** Counts of a total and of a part of it, by minute, for the last minutes. The memory does not grow. */
export class MinuteRing {
  readonly #slots: Float64Array;
  readonly #minutes: number;

  /** @param minutes the number of minutes kept, the current one included. */
  constructor(minutes: number) {
    this.#minutes = minutes;
    this.#slots = new Float64Array(minutes * fields).fill(-1);
  }

  /** @param nowMs time on the monotonic clock. @param part a part of `total`. */
  add(nowMs: number, total: number, part: number): void {
    if (total === 0) return;
    const minute = Math.floor(nowMs / minuteMs);
    const at = (minute % this.#minutes) * fields;
    const slots = this.#slots;
    if (slots[at + minuteField] !== minute) {
      slots[at + minuteField] = minute;
      slots[at + totalField] = 0;
      slots[at + partField] = 0;
    }
    slots[at + totalField] = (slots[at + totalField] ?? 0) + total;
    slots[at + partField] = (slots[at + partField] ?? 0) + part;
  }

  /** The sum of the last minutes, the current one included. */
  sum(nowMs: number, minutes: number): FailureCounts {
    const current = Math.floor(nowMs / minuteMs);
    const slots = this.#slots;
    let requests = 0;
    let failed = 0;
    for (let minute = Math.max(current - Math.min(minutes, this.#minutes) + 1, 0); minute <= current; minute += 1) {
      const at = (minute % this.#minutes) * fields;
      if (slots[at + minuteField] !== minute) continue;
      requests += slots[at + totalField] ?? 0;
      failed += slots[at + partField] ?? 0;
    }
    return { requests, failed };
  }
}
