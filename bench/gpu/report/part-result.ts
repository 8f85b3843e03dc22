import type { ResultTable } from '../../report/result.js';
import type { Check } from './check.js';

/**
 * How a part ended. `shortened`: it had less time than by plan, and says what it left out. `failed` and `hung` keep what was found until then.
 */
export type PartStatus = 'done' | 'shortened' | 'failed' | 'hung' | 'left out';

/** What a part found. Plain JSON. */
export interface PartResult {
  part: string;
  title: string;
  status: PartStatus;
  /** Why it is not done; null where it is. */
  reason: string | null;
  seconds: number;
  allottedSeconds: number | null;
  checks: Check[];
  tables: ResultTable[];
  notes: string[];
}
