/** How long something takes by plan, in seconds, its process's start included. */
export interface Plan {
  plannedSeconds: number;
  /** With less it says nothing, and is left out. */
  leastSeconds: number;
}

/**
 * How long the first of these may take, so that all of them end in time: as planned where that is possible, else each the same share of it.
 *
 * @param plans of what is still to be done, the next one first.
 * @param secondsLeft for all of them.
 * @returns null where the next one has to be left out.
 */
export function allot(plans: readonly Plan[], secondsLeft: number): number | null {
  const [next] = plans;
  if (next === undefined || secondsLeft <= 0) return null;
  const planned = plans.reduce((sum, { plannedSeconds }) => sum + plannedSeconds, 0);
  const allotted = next.plannedSeconds * Math.min(1, secondsLeft / planned);
  return allotted < next.leastSeconds ? null : allotted;
}

/** A process that is still there after so many seconds hangs; the others' time is not for it. */
export function patienceSeconds(allottedSeconds: number, secondsLeft: number): number {
  return Math.max(1, Math.min(allottedSeconds * 1.5 + 15, secondsLeft));
}

/** Time that a part has, in its own process. */
export class TimeLeft {
  readonly #now: () => number;
  readonly #end: number;

  /** @param now milliseconds, monotonic. */
  constructor(seconds: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#end = now() + seconds * 1000;
  }

  /** Never below 0. */
  get ms(): number {
    return Math.max(0, this.#end - this.#now());
  }

  /**
   * How long a slice may take, where so many are still to come and the rest of the time is theirs.
   *
   * @param mostMs where there is more time than is of use.
   */
  sliceMs(slices: number, mostMs: number): number {
    return Math.max(50, Math.min(mostMs, this.ms / slices));
  }
}
