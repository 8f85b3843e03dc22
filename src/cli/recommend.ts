import { type DynamicBatchingConfig, dynamicBatchingConfig } from '../tools/dynamic-batching-config.js';
import type { ModelProfile } from '../tools/profile-model.js';
import { type BatchingRecommendation, recommendBatching } from '../tools/recommend-batching.js';
import type { Provider } from '../types.js';

export interface Recommendation extends BatchingRecommendation {
  provider: Provider;
  /** Whether several numbers of sessions were compared. */
  areSessionsCompared: boolean;
  /** For a server such as Triton. */
  server: DynamicBatchingConfig;
}

/** For each provider that was measured: what `batching: 'auto'` would find by it, and the settings of a server. */
export function recommendations(
  { entries }: ModelProfile,
  target: 'throughput' | 'latency',
  targetLatencyMs: number,
): Recommendation[] {
  const measured = [...new Set(entries.map(({ provider }) => provider))];
  return measured.flatMap((provider) => {
    const own = entries.filter((entry) => entry.provider === provider);
    const found = recommendBatching(own, { target, targetLatencyMs });
    if (found === null) return [];
    const areSessionsCompared = own.some(({ sessions }) => sessions !== own[0]?.sessions);
    const server = dynamicBatchingConfig(found.limits.maxBatchSize, { targetLatencyMs });
    return [{ provider, ...found, areSessionsCompared, server }];
  });
}
