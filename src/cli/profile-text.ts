import { escapeControls } from '../errors/foreign-names.js';
import type { ModelProfile } from '../tools/profile-model.js';
import { gib } from './output.js';
import type { Recommendation } from './recommend.js';
import { table } from './table.js';

/** The profile, for people. */
export function profileText(profile: ModelProfile, recommended: readonly Recommendation[]): string {
  const lines = [escapeControls(`${profile.model.name} ${profile.model.version}`)];
  if (profile.entries.length > 0) {
    lines.push(
      table(
        ['provider', 'sessions', 'batch', 'mean ms', 'p50 ms', 'p99 ms', 'rows/s', 'memory'],
        profile.entries.map(({ provider, sessions, batchSize, latencyMs, rowsPerSecond, memoryGb }) => [
          provider,
          String(sessions),
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
  for (const { provider, sessions, reason } of profile.unavailable) {
    const isMeasured = profile.entries.some((entry) => entry.provider === provider);
    lines.push(`${provider} does not work ${isMeasured ? `with ${sessions} sessions` : 'here'}: ${reason}`);
  }
  for (const { provider, sessions, batchSize } of profile.outOfMemory) {
    lines.push(`${provider} ran out of memory at ${batchSize} rows${sessions === 1 ? '' : ` in ${sessions} sessions`}`);
  }
  for (const note of profile.notes ?? []) lines.push(`Note: ${note}`);
  for (const { provider, sessions, limits, server } of recommended) {
    // On the CPU, a single measurement of one session does not tell how many there should be.
    const isCompared =
      provider !== 'cpu' || profile.entries.some((entry) => entry.provider === 'cpu' && entry.sessions > 1);
    const workers = isCompared ? `workers: ${sessions}${provider === 'cpu' ? '' : ' for each device'}, ` : '';
    lines.push(
      `For ${provider}: ${workers}batching: { maxBatchSize: ${limits.maxBatchSize}, maxQueueDelayMs: ${limits.maxQueueDelayMs} }`,
      `  for a server such as Triton: preferred sizes ${server.preferredBatchSizes.join(', ')}, delay ${server.maxQueueDelayMs} ms`,
    );
  }
  return `${lines.join('\n')}\n`;
}
