import type { FraudScorer, ShadowSummary } from 'fraud-scorer';
import type { Clock } from './clock.js';
import { flipsOf } from './versions-text.js';

const LOOK_EVERY_MS = 20;
/** A hung shadow must not prevent the report. */
const LONGEST_MS = 10_000;

/** Whether every copy has been compared or dropped. Requests that were dropped before they were copied do not count. */
export function isSettled(shadow: ShadowSummary): boolean {
  const { failed, late, unpaired } = shadow.dropped;
  return flipsOf(shadow).compared + failed + late + unpaired >= shadow.copied;
}

/** Resolves when all shadows have answered their copies, which go behind the requests, or after ten seconds. */
export async function settledShadows(scorer: Pick<FraudScorer, 'deployments'>, clock: Clock): Promise<void> {
  const latest = clock.now() + LONGEST_MS;
  const { signal } = new AbortController();
  while (!scorer.deployments().every(({ shadow }) => shadow === undefined || isSettled(shadow))) {
    if (clock.now() >= latest) return;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
