/**
 * Things that come and go all the time, such as what waits now. Like a `Set` whose members say where they are.
 *
 * A `Set` copies itself every few additions, and each copy that is left behind keeps its members and the next copy alive until the old generation is
 * collected. Where members last for one request only, the garbage collector then moves about every second request to the old generation.
 */
export class Slots<T extends object> {
  readonly #members: (T | undefined)[] = [];
  readonly #free: number[] = [];
  #freeCount = 0;
  /** Slots from here on have not been used since this was last empty. */
  #end = 0;

  get size(): number {
    return this.#end - this.#freeCount;
  }

  /** @returns the slot to give to `delete`. */
  add(member: T): number {
    let slot = this.#end;
    if (this.#freeCount > 0) {
      this.#freeCount -= 1;
      slot = this.#free[this.#freeCount] as number;
    } else {
      this.#end += 1;
    }
    this.#members[slot] = member;
    return slot;
  }

  /** Does nothing where the member has been deleted before, whoever has its slot now. */
  delete(slot: number, member: T): void {
    if (this.#members[slot] !== member) return;
    this.#members[slot] = undefined;
    this.#free[this.#freeCount] = slot;
    this.#freeCount += 1;
    if (this.size > 0) return;
    // Slots are given out from the first one again, so that members stand in the order in which they came.
    this.#freeCount = 0;
    this.#end = 0;
  }

  /** The members of now, as a copy: they may be deleted meanwhile. In the order in which they came, unless some were deleted before. */
  members(): T[] {
    return this.#members.filter((member) => member !== undefined);
  }
}
