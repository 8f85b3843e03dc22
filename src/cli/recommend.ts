import { type DynamicBatchingConfig, dynamicBatchingConfig } from '../tools/dynamic-batching-config.js';
import type { ModelProfile } from '../tools/profile-model.js';
import { recommendBatchSize } from '../tools/recommend-batch-size.js';
import type { Provider } from '../types.js';

export interface Recommendation extends DynamicBatchingConfig {
  provider: Provider;
}

/** For each provider that was measured: the batch size that serves the target within the budget, and how batches should form for it. */
export function recommendations(
  profile: ModelProfile,
  target: 'throughput' | 'latency',
  targetLatencyMs: number,
): Recommendation[] {
  const measured = [...new Set(profile.entries.map(({ provider }) => provider))];
  return measured.map((provider) => {
    const entries = profile.entries.filter((entry) => entry.provider === provider);
    // Half is for the wait before a run, as with `batching: 'auto'`.
    const batchSize = recommendBatchSize(entries, { target, latencyBudgetMs: targetLatencyMs / 2 });
    return { provider, ...dynamicBatchingConfig(batchSize, { targetLatencyMs }) };
  });
}
