/** What happens at a moment. */
type Happening = () => void;

/** Events of a simulation, run in the order of their times. Events of the same time run in the order in which they were added. */
export class Timeline {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #happenings: Happening[] = [];
  #added = 0;
  #nowUs = 0;

  /** The simulated time, in microseconds. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Adds an event. @param inUs microseconds from now, at least 0. */
  after(inUs: number, happening: Happening): void {
    this.#times.push(this.#nowUs + inUs);
    this.#orders.push(this.#added);
    this.#happenings.push(happening);
    this.#added += 1;
    this.#rise(this.#times.length - 1);
  }

  /** Runs all events up to this time. */
  runUntil(endUs: number): void {
    while (this.#times.length > 0 && (this.#times[0] as number) <= endUs) {
      this.#nowUs = this.#times[0] as number;
      const happening = this.#happenings[0] as Happening;
      this.#takeFirst();
      happening();
    }
    this.#nowUs = endUs;
  }

  #takeFirst(): void {
    const last = this.#times.length - 1;
    this.#swap(0, last);
    this.#times.pop();
    this.#orders.pop();
    this.#happenings.pop();
    this.#sink();
  }

  /** Moves an entry of the heap up to its place. */
  #rise(from: number): void {
    let child = from;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** Moves the first entry of the heap down to its place. */
  #sink(): void {
    const size = this.#times.length;
    let parent = 0;
    for (;;) {
      let first = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < size && this.#isBefore(child, first)) first = child;
      if (first === parent) return;
      this.#swap(first, parent);
      parent = first;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#times[one] as number, this.#times[other] as number];
    return a === b ? (this.#orders[one] as number) < (this.#orders[other] as number) : a < b;
  }

  #swap(one: number, other: number): void {
    for (const list of [this.#times, this.#orders] as number[][]) {
      [list[one], list[other]] = [list[other] as number, list[one] as number];
    }
    const happenings = this.#happenings;
    [happenings[one], happenings[other]] = [happenings[other] as Happening, happenings[one] as Happening];
  }
}
