import type { FraudScorer } from '../../../src/index.js';
import type { KnownRows } from '../oracle/known-rows.js';
import { Ledger } from '../oracle/ledger.js';
import { closedLoop } from './closed-loop.js';
import { median } from './quantiles.js';

/** Enough to keep every worker busy with full batches. */
const outstanding = 2_048;

export interface SlicesOptions {
  /** The one that suffers, with the ledger that keeps its accounts. */
  scorer: FraudScorer;
  ledger: Ledger;
  /** One that nothing is done to: what the machine gives at the time. */
  undisturbed: FraudScorer;
  rows: KnownRows;
  slices: number;
  sliceMs: number;
}

/** @returns the median of what `scorer` answers a second as a share of the undisturbed one, in alternating slices. */
export async function alternatingSlices(options: SlicesOptions): Promise<number> {
  const { scorer, ledger, undisturbed, rows, slices, sliceMs } = options;
  const other = new Ledger();
  const ratios: number[] = [];
  // One pair more than counts: in the first, code may still be compiled, and the machine still be busy with what came before.
  for (let slice = 0; slice <= slices; slice += 1) {
    const own = await saturate(scorer, ledger, rows, sliceMs);
    const bare = await saturate(undisturbed, other, rows, sliceMs);
    if (slice > 0) ratios.push(own / bare);
  }
  ledger.wrong += other.wrong;
  ledger.unexpected += other.unexpected;
  return median(ratios);
}

/** @returns answers a second. */
async function saturate(scorer: FraudScorer, ledger: Ledger, rows: KnownRows, durationMs: number): Promise<number> {
  const [start, before] = [performance.now(), ledger.answered];
  let at = 0;
  await closedLoop({
    outstanding,
    more: () => performance.now() < start + durationMs,
    send: () => {
      const row = rows.at(at++);
      return ledger.track('plain', row, scorer.score(row.request));
    },
  });
  return ((ledger.answered - before) * 1000) / (performance.now() - start);
}
