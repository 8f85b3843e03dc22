import { FraudScorer } from 'fraud-scorer';
import { openLoop } from '../load/open-loop.js';
import type { Pace } from '../load/pacer.js';
import type { Settings } from '../settings.js';
import type { ScenarioContext } from './scenario.js';

export const policyWorkers = 2;

/** The same for all, so that adaptive and fixed differ in nothing but their batches; no short stall has a request refused. */
export const policyLimits = { workers: policyWorkers, maxQueueSize: 100_000, timeoutMs: 1_000 };

/** Of requests, in a slice that counts as kept up with. */
const mostFailed = 0.001;

/** Batches of at most so many rows, each held back for so long unless it is full; nothing adapts. */
export interface FixedSetting {
  maxBatchSize: number;
  maxQueueDelayMs: number;
}

export function nameOf({ maxBatchSize, maxQueueDelayMs }: FixedSetting): string {
  return `${maxBatchSize} / ${maxQueueDelayMs} ms`;
}

export function gridOf({ batchSizes, delaysMs }: Settings['policy']): FixedSetting[] {
  return batchSizes.flatMap((maxBatchSize) => delaysMs.map((maxQueueDelayMs) => ({ maxBatchSize, maxQueueDelayMs })));
}

export function createAdaptive({ model }: Settings): Promise<FraudScorer> {
  return FraudScorer.create({ model, ...policyLimits });
}

export function createFixed({ model }: Settings, setting: FixedSetting): Promise<FraudScorer> {
  // A target that no request can miss caps no batch.
  return FraudScorer.create({ model, ...policyLimits, batching: { ...setting, targetLatencyMs: 1e9 } });
}

/** @returns the P99 in ms; null where the scorer could not keep up, as the P99 of those it took would flatter it. */
export async function p99At(
  scorer: FraudScorer,
  { requests }: ScenarioContext,
  { ratePerSecond, durationMs, pace }: { ratePerSecond: number; durationMs: number; pace: Pace },
): Promise<number | null> {
  const send = (index: number): Promise<unknown> => scorer.score(requests.at(index));
  const { sent, failed, p99 } = await openLoop({ ratePerSecond, durationMs, pace, send });
  return failed > sent * mostFailed ? null : p99;
}
