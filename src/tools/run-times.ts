import type { BatchLatency } from '../scheduling/latency-model.js';
import type { ProfileEntry } from './profile-model.js';

type Measured = Pick<ProfileEntry, 'sessions' | 'batchSize' | 'latencyMs'>;

/** How long a run takes, by the number of busy sessions and of rows. Interpolated between measured values. */
export class RunTimes {
  /** By sessions, then by rows, both ascending. A run never takes less than one with fewer rows. */
  readonly #curves: { sessions: number; points: { rows: number; ms: number }[] }[] = [];

  /** @param entries results of one provider, at least one. */
  constructor(entries: readonly Measured[]) {
    const counts = [...new Set(entries.map(({ sessions }) => sessions))].sort((a, b) => a - b);
    for (const sessions of counts) {
      const points: { rows: number; ms: number }[] = [];
      const own = entries.filter((entry) => entry.sessions === sessions).sort((a, b) => a.batchSize - b.batchSize);
      // The median, because a stall of the machine is not a property of the model.
      for (const { batchSize, latencyMs } of own) {
        points.push({ rows: batchSize, ms: Math.max(latencyMs.p50, points.at(-1)?.ms ?? 0) });
      }
      this.#curves.push({ sessions, points });
    }
  }

  /** @param busySessions the number of busy sessions, including this one. If it was not measured, the next larger number counts. */
  ms(busySessions: number, rows: number): number {
    const curve = this.#curves.find(({ sessions }) => sessions >= busySessions) ?? this.#curves.at(-1);
    const points = curve?.points ?? [];
    const above = points.findIndex((point) => point.rows >= rows);
    const right = above === -1 ? points.at(-1) : points[above];
    const left = above > 0 ? points[above - 1] : undefined;
    if (right === undefined) return Number.NaN;
    if (above === -1) return (right.ms * rows) / right.rows;
    return left === undefined
      ? right.ms
      : left.ms + ((right.ms - left.ms) * (rows - left.rows)) / (right.rows - left.rows);
  }

  /** The same as a straight line, as the batch policy needs it. */
  line(busySessions: number, maxRows: number): BatchLatency {
    const [one, most] = [this.ms(busySessions, 1), this.ms(busySessions, maxRows)];
    const perRowMs = maxRows === 1 ? 0 : (most - one) / (maxRows - 1);
    return { fixedMs: Math.max(one - perRowMs, 0), perRowMs, perRowAtLeastMs: 0 };
  }
}
