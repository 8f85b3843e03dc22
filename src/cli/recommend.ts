import type { Provider } from '../api/provider.js';
import { type DynamicBatchingConfig, dynamicBatchingConfig } from '../tools/dynamic-batching-config.js';
import type { ModelProfile } from '../tools/profile-model.js';
import { type BatchingRecommendation, recommendBatching } from '../tools/recommend-batching.js';

export interface Recommendation extends BatchingRecommendation {
  provider: Provider;
  /** Settings for a server such as Triton. */
  server: DynamicBatchingConfig;
}

/**
 * Recommendations for each measured provider: sessions and batches, as `batching: 'auto'` would choose them from its own sizes, and
 * settings for a server.
 */
export async function recommendations(
  { entries }: ModelProfile,
  target: 'throughput' | 'latency',
  targetLatencyMs: number,
): Promise<Recommendation[]> {
  const measured = [...new Set(entries.map(({ provider }) => provider))];
  const recommended: Recommendation[] = [];
  for (const provider of measured) {
    const own = entries.filter((entry) => entry.provider === provider);
    const found = await recommendBatching(own, { target, targetLatencyMs });
    if (found === null) continue;
    const server = dynamicBatchingConfig(found.limits.maxBatchSize, { targetLatencyMs });
    recommended.push({ provider, ...found, server });
  }
  return recommended;
}
