/** The longest that labels are waited for by default is 90 days, which touch 91 days of the calendar. */
export const maxLabelDays = 91;

const dayMs = 86_400_000;

/** Days in UTC since 1970. */
export function dayOf(epochMs: number): number {
  return Math.floor(epochMs / dayMs);
}

/** Such as 2026-11-26. */
export function dayText(day: number): string {
  // The calendar of JavaScript ends in the year 275760.
  const epochMs = Math.min(Math.max(day * dayMs, -8.64e15), 8.64e15);
  return new Date(epochMs).toISOString().replace(/T.*$/, '');
}

/** Something for each of the latest 91 days that there were. */
export class LabelDays<T> {
  readonly #create: () => T;
  readonly #days = new Map<number, T>();

  constructor(create: () => T) {
    this.#create = create;
  }

  /** What is there for a day. Where the days are full, the oldest is dropped; for one that is older than all of them it is not kept. */
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
