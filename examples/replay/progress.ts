import type { Summary } from 'fraud-scorer';

/** The progress of a replay at one moment. */
export interface Progress {
  elapsedSeconds: number;
  /** Transactions sent, and rows skipped. */
  sent: number;
  skipped: number;
  /** Transactions that could not be scored. */
  failed: number;
  /** The total number of transactions, if it is known. */
  expected: number | undefined;
  /** The part that is done, in [0, 1]. */
  fraction: number;
  /** The current time in the data, in milliseconds since 1970. */
  dataTimeMs: number;
  summary: Summary;
}

export interface Position {
  sent: number;
  skipped: number;
  /** Rows in the file, if they were counted. */
  rows: number | undefined;
  limit: number | undefined;
  /** Bytes read, and all bytes of the file as it is stored. */
  bytesRead: number;
  totalBytes: number;
}

/** How many transactions a replay will send, if it is known. */
export function expectedCount({ skipped, rows, limit }: Position): number | undefined {
  return rows === undefined ? undefined : Math.min(rows - skipped, limit ?? Number.POSITIVE_INFINITY);
}

/** The part of a replay that is done: by rows if they were counted; else by the limit or the end of the file, whichever is nearer. */
export function fractionDone(position: Position): number {
  const { sent, limit, bytesRead, totalBytes } = position;
  const expected = expectedCount(position);
  if (expected !== undefined) return expected <= 0 ? 1 : Math.min(sent / expected, 1);
  return Math.min(Math.max(bytesRead / Math.max(totalBytes, 1), limit === undefined ? 0 : sent / limit), 1);
}

/** Seconds until the end at the current pace; undefined while too little is done to tell. */
export function secondsLeft({ elapsedSeconds, fraction }: Progress): number | undefined {
  return fraction < 0.01 || elapsedSeconds < 1 ? undefined : (elapsedSeconds * (1 - fraction)) / fraction;
}
