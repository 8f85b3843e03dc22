import type { ModelProfile } from '../tools/profile-model.js';
import { gib } from './output.js';
import type { Recommendation } from './recommend.js';
import { table } from './table.js';

/** The profile for people. */
export function profileText(profile: ModelProfile, recommended: readonly Recommendation[]): string {
  const lines = [`${profile.model.name} ${profile.model.version}`];
  if (profile.entries.length > 0) {
    lines.push(
      table(
        ['provider', 'batch', 'mean ms', 'p50 ms', 'p99 ms', 'rows/s', 'memory'],
        profile.entries.map(({ provider, batchSize, latencyMs, rowsPerSecond, memoryGb }) => [
          provider,
          String(batchSize),
          latencyMs.mean.toFixed(3),
          latencyMs.p50.toFixed(3),
          latencyMs.p99.toFixed(3),
          Math.round(rowsPerSecond).toLocaleString('en'),
          gib(memoryGb),
        ]),
      ),
    );
  }
  for (const { provider, reason } of profile.unavailable) lines.push(`${provider} does not work here: ${reason}`);
  for (const { provider, batchSize } of profile.outOfMemory) {
    lines.push(`${provider} ran out of memory at ${batchSize} rows`);
  }
  for (const { provider, maxBatchSize, maxQueueDelayMs, preferredBatchSizes } of recommended) {
    lines.push(
      `For ${provider}: batching { maxBatchSize: ${maxBatchSize}, maxQueueDelayMs: ${maxQueueDelayMs} }; ` +
        `for a server such as Triton, preferred sizes ${preferredBatchSizes.join(', ')}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
