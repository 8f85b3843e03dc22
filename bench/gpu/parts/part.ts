import type { ResultTable } from '../../report/result.js';
import type { TimeLeft } from '../budget.js';
import type { Check } from '../report/check.js';
import type { GpuSettings } from '../settings.js';

/** Where a part says what it finds, as soon as it has found it. */
export interface PartReport {
  check(check: Check): void;
  /** In the place of a former one with its title: one that grows is said again with each row, as the next may end the process. */
  table(table: ResultTable): void;
  /** What a reader has to know of the figures. */
  note(note: string): void;
  /** It did less than it should, for want of time. */
  shortened(reason: string): void;
}

export interface PartContext {
  settings: GpuSettings;
  timeLeft: TimeLeft;
  report: PartReport;
}

export type RunPart = (context: PartContext) => Promise<void>;
