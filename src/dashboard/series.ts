import type { DashboardPoint } from '../api/dashboard.js';

/** Values of one field over time, the oldest first. Times are in seconds since the epoch. */
export interface Columns {
  at: number[];
  values: Map<keyof DashboardPoint, (number | null)[]>;
}

/** Fields for which the highest value in a minute is kept. For the others it is the mean. */
const byMaximum: ReadonlySet<keyof DashboardPoint> = new Set(['p99', 'p95', 'batchMax', 'queued']);

const minuteMs = 60_000;
const fineCapacity = 900;
const coarseCapacity = 720;

/**
 * The data of the charts: the last 15 minutes by the second, and the last 12 hours by the minute. It never holds more, however long a page
 * is open.
 */
export class Series {
  #fine: DashboardPoint[] = [];
  #coarse: DashboardPoint[] = [];
  /** The seconds of the current minute. */
  #minute: DashboardPoint[] = [];

  /** The number of stored points. */
  get size(): number {
    return this.#fine.length + this.#coarse.length + this.#minute.length;
  }

  get lastAt(): number {
    return this.#fine.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  }

  /** Adds a second. A second that is already there, or is older than the last, is ignored, because a history repeats what was sent. */
  add(point: DashboardPoint): void {
    if (point.at <= this.lastAt) return;
    this.#fine.push(point);
    // Only from time to time, because moving all points every second costs time.
    if (this.#fine.length > fineCapacity + 100) this.#fine = this.#fine.slice(-fineCapacity);
    const first = this.#minute[0];
    if (first !== undefined && Math.floor(first.at / minuteMs) !== Math.floor(point.at / minuteMs)) {
      this.#coarse.push(summed(this.#minute));
      if (this.#coarse.length > coarseCapacity) this.#coarse.shift();
      this.#minute = [];
    }
    // A clock that is set back or forward must not make it grow.
    if (this.#minute.length < 120) this.#minute.push(point);
  }

  clear(): void {
    this.#fine = [];
    this.#coarse = [];
    this.#minute = [];
  }

  /**
   * The points of the last `windowMs`, with a gap where there is no data.
   *
   * @param now in milliseconds since the epoch.
   */
  window(windowMs: number, now: number, fields: readonly (keyof DashboardPoint)[]): Columns {
    const isFine = windowMs <= fineCapacity * 1_000;
    const all = isFine ? this.#fine : [...this.#coarse, ...(this.#minute.length > 0 ? [summed(this.#minute)] : [])];
    const columns: Columns = { at: [], values: new Map(fields.map((field) => [field, []])) };
    const longestStep = isFine ? 5_000 : 3 * minuteMs;
    let before: number | null = null;
    for (const point of all) {
      if (point.at < now - windowMs) continue;
      if (before !== null && point.at - before > longestStep) push(columns, before + 1, null);
      push(columns, point.at, point);
      before = point.at;
    }
    return columns;
  }
}

function push({ at, values }: Columns, time: number, point: DashboardPoint | null): void {
  at.push(time / 1_000);
  for (const [field, list] of values) list.push(point === null ? null : point[field]);
}

/** Combines the points of a minute into one, at the time of the last. */
function summed(points: readonly DashboardPoint[]): DashboardPoint {
  const last = points.at(-1);
  if (last === undefined) throw new Error('a minute without a second');
  const result = { ...last };
  for (const field of Object.keys(last) as (keyof DashboardPoint)[]) {
    if (field === 'at') continue;
    const known = points.map((point) => point[field]).filter((value) => value !== null);
    if (known.length === 0) result[field] = null;
    else if (byMaximum.has(field)) result[field] = Math.max(...known);
    else result[field] = known.reduce((sum, value) => sum + value, 0) / known.length;
  }
  return result;
}
