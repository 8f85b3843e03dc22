import type { Environment } from '../environment.js';
import type { ComparedRow, LimitRow } from './rows.js';

/** The comparison of two builds, as it is kept. */
export interface ComparisonFile {
  format: 1;
  takenAt: string;
  seconds: number;
  /** Of this checkout. */
  environment: Environment;
  /** The other build; null outside a checkout. Its folder is not recorded. */
  that: { commit: string | null };
  pairs: number;
  settings: {
    model: string;
    windowMs: number;
    outstanding: number;
    columnRows: number;
    limitBatchSize: number;
    tickMs: number;
  };
  rows: readonly ComparedRow[];
  limits: readonly LimitRow[];
  notes: readonly string[];
}
