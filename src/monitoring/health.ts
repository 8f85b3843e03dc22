import type { Health } from '../api/health.js';
import type { DeviceSummary, Provider, ProviderAttempt } from '../api/provider.js';

/** The share of `maxQueueSize` at which a host should begin to reduce load. */
const crowdedShare = 0.8;

/** The first reason of a closed scorer. */
export const closedReason = 'the scorer is closed';

export interface HealthSnapshot {
  closed: boolean;
  readyWorkers: number;
  /** The workers of each version, the primary first. */
  versions: readonly { version: string; ready: number; configured: number }[];
  provider: Provider | null;
  providers: ProviderAttempt[];
  devices: readonly DeviceSummary[];
  queueDepth: number;
  maxQueueSize: number;
  /** The findings of active alerts. */
  findings: readonly string[];
}

/** Whether a scorer can answer and, if not or not well, what is wrong. */
export function healthOf(snapshot: HealthSnapshot): Health {
  const { closed, readyWorkers, versions, provider, providers, devices, queueDepth, maxQueueSize, findings } = snapshot;
  const reasons: string[] = [];
  if (closed) reasons.push(closedReason);
  for (const { version, ready, configured } of versions) {
    const whose = versions.length > 1 ? ` of version ${JSON.stringify(version)}` : '';
    if (ready < configured) reasons.push(`${ready} of ${configured} workers${whose} are ready`);
  }
  for (const { device, ready, problem } of devices) {
    if (problem !== null) reasons.push(`device ${device}${ready === 0 ? ' is out of rotation' : ''}: ${problem}`);
  }
  if (queueDepth >= maxQueueSize * crowdedShare)
    reasons.push(`${queueDepth} of ${maxQueueSize} places in the queue are taken`);
  reasons.push(...findings);
  const ready = !closed && (versions[0]?.ready ?? 0) > 0;
  const status = !ready ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'ok';
  return { status, ready, provider, providers, workers: readyWorkers, queueDepth, reasons };
}
