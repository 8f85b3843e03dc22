import Table from 'cli-table3';
import type { BusinessSummary, Decision } from 'fraud-scorer';
import { formatCount, formatMs, formatRate, formatScore, formatSeconds, formatShare } from './format.js';
import type { ReplayReport } from './report.js';
import { shortPath } from './short-path.js';
import { versionBlocks } from './versions-report.js';
import { liveVersions } from './versions-text.js';

type Row = readonly [label: string, value: string];
type Comparison = Pick<BusinessSummary, 'confusion' | 'precision' | 'detectionRate' | 'falsePositiveRate'>;

const DECISIONS: readonly Decision[] = ['APPROVE', 'REVIEW', 'BLOCK'];

/** A report for people: what was done, how fast, and how well. */
export function reportText(report: ReplayReport): string {
  const blocks = [
    headline(report),
    mainTable(report),
    labelTable(report),
    ...versionBlocks(report.summary),
    ...skippedRows(report),
  ];
  return `\n${blocks.join('\n\n')}\n`;
}

function headline({ rows, model, summary, input, stoppedBy }: ReplayReport): string {
  const versions = liveVersions(summary).length;
  const by = versions > 1 ? `${versions} versions of ${model.name}` : `${model.name} ${model.version}`;
  const what = `${formatCount(rows.scored)} transactions of ${shortPath(input)}, scored by ${by}`;
  return stoppedBy === null ? what : `${what}; stopped by ${stoppedBy}`;
}

function mainTable(report: ReplayReport): string {
  const { rows, quality, latencyMs, pacing, summary } = report;
  const { workers, performance } = summary;
  const table: Row[] = [
    [
      'transactions',
      `${formatCount(rows.scored)} scored, ${describeFailed(report)}, ${formatCount(rows.skipped)} rows skipped`,
    ],
    ['duration', `${formatSeconds(report.durationSeconds)}, ${formatRate(report.throughputPerSecond)}`],
    ['decisions', DECISIONS.map((decision) => describeDecision(report, decision)).join('  ')],
    ['latency', describeTimes(latencyMs)],
  ];
  if (pacing !== null) {
    table.push(['from due time', `${describeTimes(pacing.responseMs)}, at ${formatRate(pacing.ratePerSecond)}`]);
  }
  table.push(
    ['area under ROC', formatScore(quality.rocAuc)],
    ['average precision', describePrecision(quality)],
    ['alerts', describeAlerts(report)],
    [
      'workers',
      `${workers.configured} on ${workers.provider ?? 'nothing'}, ${performance.batchSize.mean?.toFixed(0) ?? 'no'} rows a batch`,
    ],
  );
  return render([], table);
}

function labelTable({ summary, quality, outcomes }: ReplayReport): string {
  const { business } = summary;
  const known = `known after ${outcomes.labelDelayDays} days`;
  const rows: [string, (of: Comparison) => string][] = [
    ['fraud caught', ({ confusion }) => formatCount(confusion.truePositives)],
    ['fraud missed', ({ confusion }) => formatCount(confusion.falseNegatives)],
    ['false alarms', ({ confusion }) => formatCount(confusion.falsePositives)],
    ['rightly approved', ({ confusion }) => formatCount(confusion.trueNegatives)],
    ['precision', ({ precision }) => formatShare(precision)],
    ['detection rate', ({ detectionRate }) => formatShare(detectionRate)],
    ['false positive rate', ({ falsePositiveRate }) => formatShare(falsePositiveRate)],
  ];
  return render(
    ['compared with labels', known, 'all'],
    [
      ['labels', formatCount(business.labelled), formatCount(quality.labelled)],
      ...rows.map(([label, show]) => [label, show(business), show(quality)]),
      ...moneyRows(business),
    ],
    ['left', 'right', 'right'],
  );
}

/** Values that only the scorer itself counts. */
function moneyRows({ money, calibration }: ReplayReport['summary']['business']): string[][] {
  if (calibration.labels === 0) return [];
  return [
    ['amount of fraud caught', formatCount(Math.round(money.fraudCaught)), ''],
    ['amount of fraud missed', formatCount(Math.round(money.fraudMissed)), ''],
    ['amount of good ones stopped', formatCount(Math.round(money.goodStopped)), ''],
    ['calibration error', formatScore(calibration.expectedCalibrationError), ''],
  ];
}

function render(head: string[], rows: readonly (readonly string[])[], colAligns: ('left' | 'right')[] = []): string {
  // Without styles: the table would colour its borders and headings even if nobody asked for colours.
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push([...row]);
  return table.toString();
}

function describeFailed({ rows, errors }: ReplayReport): string {
  const codes = Object.entries(errors).map(([code, count]) => `${formatCount(count)} ${code}`);
  return `${formatCount(rows.failed)} failed${codes.length > 0 ? ` (${codes.join(', ')})` : ''}`;
}

function describeDecision({ decisions, rows }: ReplayReport, decision: Decision): string {
  const count = decisions[decision];
  return `${formatCount(count)} ${decision} (${formatShare(rows.scored > 0 ? count / rows.scored : null)})`;
}

function describeTimes(
  times: { p50: number | null; p95: number | null; p99: number | null; max: number | null } | null,
) {
  const [p50, p95, p99, max] = [times?.p50, times?.p95, times?.p99, times?.max].map(formatMs);
  return `P50 ${p50}  P95 ${p95}  P99 ${p99}  max ${max}`;
}

function describePrecision({ averagePrecision, averagePrecisionLift, fraudShare }: ReplayReport['quality']): string {
  if (averagePrecisionLift === null) return formatScore(averagePrecision);
  const lift = averagePrecisionLift.toFixed(averagePrecisionLift < 10 ? 1 : 0);
  return `${formatScore(averagePrecision)}, ${lift} times the share of fraud (${formatShare(fraudShare)})`;
}

function describeAlerts({ alerts }: ReplayReport): string {
  if (alerts.length === 0) return 'none';
  return alerts.map(({ message, raisedSeconds }) => `${message} (after ${raisedSeconds.toFixed(1)} s)`).join('\n');
}

function skippedRows({ skippedRows: { count, first } }: ReplayReport): string[] {
  if (count === 0) return [];
  const lines = first.map(({ line, column, expected, received }) => {
    return `  line ${line}, ${column}: expected ${expected}, received ${received}`;
  });
  const more = count > first.length ? [`  and ${formatCount(count - first.length)} more`] : [];
  return [[`${formatCount(count)} rows skipped:`, ...lines, ...more].join('\n')];
}
