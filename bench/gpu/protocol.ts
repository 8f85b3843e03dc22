import type { ResultTable } from '../report/result.js';
import type { Check } from './report/check.js';
import type { GpuSettings } from './settings.js';

/** What a part's process is told first. */
export interface PartTask {
  part: string;
  settings: GpuSettings;
  /** How long it may take, its start included. */
  seconds: number;
}

/** What it says, each thing as soon as it is known: what comes after may end the process. */
export type PartMessage =
  | { kind: 'check'; check: Check }
  | { kind: 'table'; table: ResultTable }
  | { kind: 'note'; note: string }
  | { kind: 'shortened'; reason: string }
  | { kind: 'failed'; reason: string }
  | { kind: 'ended' };
