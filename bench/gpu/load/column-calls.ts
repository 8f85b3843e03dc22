import type { ColumnScores } from 'fraud-scorer';

export interface ColumnCalls {
  /** Calls in all; fewer are made where the time is over first. */
  calls: number;
  /** Calls in flight. */
  callers: number;
  /** No call is made after so many milliseconds. */
  durationMs: number;
  rowsPerCall: number;
  score: () => Promise<Pick<ColumnScores, 'fraudProbability'>>;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

export interface ColumnReport {
  rows: number;
  rowsPerSecond: number;
  /** Rows that came back without a score. */
  missing: number;
}

/** Calls one after the other, so many at a time, until all are made or the time is over; all that were made are waited for. */
export async function columnCalls(options: ColumnCalls): Promise<ColumnReport> {
  const { calls, callers, durationMs, rowsPerCall, score, now = () => performance.now() } = options;
  const start = now();
  let [made, rows, missing] = [0, 0, 0];
  const callAgain = async (): Promise<void> => {
    while (made < calls && now() - start < durationMs) {
      made += 1;
      const { fraudProbability } = await score();
      rows += fraudProbability.length;
      missing += rowsPerCall - fraudProbability.length;
    }
  };
  await Promise.all(Array.from({ length: callers }, callAgain));
  return { rows, rowsPerSecond: (rows * 1000) / (now() - start), missing };
}
