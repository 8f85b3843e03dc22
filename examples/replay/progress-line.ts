import { formatCount, formatMs, formatRate, formatSeconds, formatShare } from './format.js';
import type { Progress } from './progress.js';

/** How far a replay is, in a line of plain text. */
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
  const alerts = summary.activeAlerts.map(({ rule }) => rule);
  if (alerts.length > 0) parts.push(`ALERT ${alerts.join(', ')}`);
  return parts.join(' | ');
}
