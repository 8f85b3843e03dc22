import type { DeploymentSummary } from 'fraud-scorer';
import { formatCount, formatMs, formatRate, formatSeconds, formatShare } from './format.js';
import type { Progress } from './progress.js';
import { describeRole, flipsOf, liveVersions } from './versions-text.js';

/** The progress of a replay as one line of plain text. */
export function progressLine({ elapsedSeconds, fraction, sent, failed, skipped, summary }: Progress): string {
  const { latencyMs, throughputPerSecond } = summary.recent.performance;
  const { reviewed, blocked } = summary.business;
  const parts = [
    formatSeconds(elapsedSeconds).padStart(7),
    `${Math.floor(100 * fraction)} %`.padStart(5),
    `${formatCount(sent)} sent`,
    formatRate(throughputPerSecond.mean),
    `P50 ${formatMs(latencyMs.p50)}, P95 ${formatMs(latencyMs.p95)}, P99 ${formatMs(latencyMs.p99)}`,
    `${formatCount(reviewed)} REVIEW, ${formatCount(blocked)} BLOCK`,
    `detected ${formatShare(summary.business.detectionRate)}`,
    `${formatCount(failed)} failed`,
  ];
  if (skipped > 0) parts.push(`${formatCount(skipped)} skipped`);
  const versions = liveVersions(summary);
  if (versions.length > 1) parts.push(versions.map(describeVersion).join(', '));
  const alerts = summary.activeAlerts.map(({ rule }) => rule);
  if (alerts.length > 0) parts.push(`ALERT ${alerts.join(', ')}`);
  return parts.join(' | ');
}

function describeVersion(deployment: DeploymentSummary): string {
  const { shadow } = deployment;
  const flips = shadow === undefined ? '' : ` (${formatCount(flipsOf(shadow).flipped)} flips)`;
  return `${describeRole(deployment)}${flips}`;
}
