/** How long something takes by plan, in seconds, its process's start included. */
export interface Plan {
  plannedSeconds: number;
  /** With less it says nothing, and is left out. */
  leastSeconds: number;
}

/**
 * How long the first of these may take, so that all of them end in time: as planned where that is possible. Where it is not, the longest
 * give way first: none takes more than a limit at which all fit.
 *
 * @param plans of what is still to be done, the next one first.
 * @param secondsLeft for all of them.
 * @returns null where the next one has to be left out.
 */
export function allot(plans: readonly Plan[], secondsLeft: number): number | null {
  const [next] = plans;
  if (next === undefined || secondsLeft <= 0) return null;
  const planned = plans.map(({ plannedSeconds }) => plannedSeconds);
  const allotted = Math.min(next.plannedSeconds, limitSeconds(planned, secondsLeft));
  return allotted < next.leastSeconds ? null : allotted;
}

/** The most that one may take; none where all fit as they are. */
function limitSeconds(planned: readonly number[], secondsLeft: number): number {
  const ascending = [...planned].sort((a, b) => a - b);
  let left = secondsLeft;
  for (const [index, seconds] of ascending.entries()) {
    const share = left / (ascending.length - index);
    if (seconds > share) return share;
    left -= seconds;
  }
  return Number.POSITIVE_INFINITY;
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
