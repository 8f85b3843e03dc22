import cliProgress from 'cli-progress';
import type { Alert, Summary } from 'fraud-scorer';
import { formatCount, formatMs, formatRate, formatSeconds, formatShare, formatTime } from './format.js';
import { type Paint, plainPaint } from './paint.js';
import { type Progress, secondsLeft } from './progress.js';
import { describeFlips, describeRole, liveVersions } from './versions-text.js';

const WIDEST = 100;
const LABEL_WIDTH = 13;

/** The state of a running replay, as lines of text that fit the width. */
export function dashboard(progress: Progress, columns: number, paint: Paint = plainPaint): string {
  const { summary, failed, skipped } = progress;
  const { business } = summary;
  const { latencyMs, throughputPerSecond, batchSize } = summary.recent.performance;
  return [
    '',
    progressBar(progress, Math.min(columns, WIDEST)),
    '',
    row('last 10 s', [
      paint.strong(formatRate(throughputPerSecond.mean)),
      `P50 ${formatMs(latencyMs.p50)}`,
      `P95 ${formatMs(latencyMs.p95)}`,
      `P99 ${formatMs(latencyMs.p99)}`,
      `${(batchSize.mean ?? 0).toFixed(0)} a batch`,
    ]),
    row('decisions', [
      paint.good(`${formatCount(business.approved)} APPROVE`),
      paint.warning(`${formatCount(business.reviewed)} REVIEW`),
      paint.bad(`${formatCount(business.blocked)} BLOCK`),
    ]),
    row('labels known', [
      formatCount(business.labelled),
      `detected ${formatShare(business.detectionRate)}`,
      `false positives ${formatShare(business.falsePositiveRate)}`,
    ]),
    row('errors', [
      failed === 0 ? 'none' : paint.bad(formatCount(failed)),
      ...(skipped > 0 ? [`${formatCount(skipped)} rows skipped`] : []),
    ]),
    row('alerts', [describeAlerts(summary.activeAlerts, paint)]),
    row('model', [describeModel(summary)]),
    ...versionRows(summary),
  ].join('\n');
}

function progressBar(progress: Progress, width: number): string {
  const { fraction, sent, expected, elapsedSeconds, dataTimeMs } = progress;
  const left = secondsLeft(progress);
  const before = `  ${`${Math.floor(100 * fraction)} %`.padStart(5)}  `;
  const counts = [
    expected === undefined ? formatCount(sent) : `${formatCount(sent)} of ${formatCount(expected)}`,
    formatSeconds(elapsedSeconds),
    ...(left === undefined ? [] : [`${formatSeconds(left)} left`]),
    `at ${formatTime(dataTimeMs)}`,
  ].join('  ');
  const bar = cliProgress.Format.BarFormat(fraction, {
    barsize: Math.max(width - before.length - 4, 10),
    barCompleteString: '█'.repeat(WIDEST),
    barIncompleteString: '░'.repeat(WIDEST),
    barGlue: '',
  });
  return `${before}${bar}\n  ${counts}`;
}

function row(label: string, values: readonly string[]): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${values.join('   ')}`;
}

function describeAlerts(alerts: readonly Alert[], paint: Paint): string {
  return alerts.length === 0 ? 'none' : paint.bad(alerts.map(withoutAdvice).join('; '));
}

/** Shortened, because the dashboard has room only for the value and the limit. */
function withoutAdvice({ message, advice }: Alert): string {
  return message.endsWith(advice) ? message.slice(0, message.length - advice.length).replace(/\. $/, '') : message;
}

/** Empty if a single model serves. */
function versionRows(summary: Summary): string[] {
  const versions = liveVersions(summary);
  if (versions.length < 2) return [];
  const shadows = versions.flatMap(({ version, shadow }) => (shadow === undefined ? [] : [{ version, shadow }]));
  return [
    row('versions', versions.map(describeRole)),
    ...shadows.map(({ version, shadow }) => row(`shadow ${version}`, [describeFlips(shadow)])),
  ];
}

function describeModel(summary: Summary): string {
  const { model, workers } = summary;
  const name = liveVersions(summary).length > 1 ? model.name : `${model.name} ${model.version}`;
  return `${name}, ${workers.ready} workers on ${workers.provider ?? 'nothing'}`;
}
