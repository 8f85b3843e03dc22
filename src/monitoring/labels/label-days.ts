/** By default, labels are expected for 90 days, which touch 91 calendar days. */
export const maxLabelDays = 91;

const dayMs = 86_400_000;

/** Days since 1970 in UTC. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / dayMs);
}

/** Formats a day, such as 2026-11-26. */
export function dayText(day: number): string {
  // JavaScript's calendar ends in the year 275760.
  const epochMs = Math.min(Math.max(day * dayMs, -8.64e15), 8.64e15);
  return new Date(epochMs).toISOString().replace(/T.*$/, '');
}

/** A value for each of the latest 91 days that have one. */
export class LabelDays<T> {
  readonly #create: () => T;
  readonly #days = new Map<number, T>();

  constructor(create: () => T) {
    this.#create = create;
  }

  /** The value of a day. If all places are taken, the oldest day is dropped. A day that is older than all of them is not kept. */
  at(day: number): T {
    const known = this.#days.get(day);
    if (known !== undefined) return known;
    const made = this.#create();
    this.#days.set(day, made);
    if (this.#days.size > maxLabelDays) this.#days.delete(Math.min(...this.#days.keys()));
    return made;
  }

  /** In no order. */
  [Symbol.iterator](): IterableIterator<[day: number, value: T]> {
    return this.#days.entries();
  }

  /** The oldest day first. */
  get entries(): [day: number, value: T][] {
    return [...this.#days].sort(([day], [other]) => day - other);
  }
}
