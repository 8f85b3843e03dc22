import Table from 'cli-table3';
import type { DashboardAlert, DashboardNode, DashboardSnapshot } from '../../api/dashboard.js';
import { formatCount, formatDuration, formatMs, formatShare, formatShort, formatTime } from '../../dashboard/format.js';
import { canaryWords, eventWords, fleetWords, nodeVersionWords, roleWords } from '../../dashboard/words.js';
import type { Paint } from './paint.js';

const blocks = '▁▂▃▄▅▆▇█';
const labelWidth = 13;
const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${side}${part}`, '']),
  ),
);

/** The size of a terminal in columns and rows. */
export interface Terminal {
  columns: number;
  rows: number;
}

/** Values of the last seconds, for the small charts. */
export interface Trend {
  answered: readonly (number | null)[];
  p99: readonly (number | null)[];
}

/** Shows a scorer at one moment, as lines that fit the terminal. @param state the state of the connection; empty if it is live. */
export function viewOf(
  snapshot: DashboardSnapshot,
  trend: Trend,
  state: string,
  { columns, rows }: Terminal,
  paint: Paint,
): string {
  const { model, title, health, at, uptimeSeconds, point, recent, requests, queue, decisions, workers, labels, fleet } =
    snapshot;
  const status = {
    ok: paint.good('✓ healthy'),
    degraded: paint.warning('▲ degraded'),
    unavailable: paint.bad('✖ unavailable'),
  };
  const chart = Math.min(Math.max(columns - 58, 10), 60);
  const all = decisions.APPROVE + decisions.REVIEW + decisions.BLOCK;
  const share = (count: number): string => formatShare(all === 0 ? null : count / all);
  const lines = [
    `${paint.strong(title ?? model.name)}  ${title === null ? '' : `${model.name} `}version ${model.version}${fleet === undefined ? '' : `  ${paint.strong(fleetWords(fleet))}`}  up ${formatDuration(uptimeSeconds * 1_000)}  ${status[health.status]}  ${state === '' ? paint.good('● live') : paint.warning(state)}  ${formatTime(at)}`,
    '',
    ...alertLines(snapshot, paint),
    '',
    row('throughput', [
      `${paint.strong(formatShort(point.answered).padStart(7))} /s`,
      sparkline(trend.answered, chart),
    ]),
    row('P99', [
      paint.strong(formatMs(recent.latencyMs.p99).padStart(10)),
      sparkline(trend.p99, chart),
      `P50 ${formatMs(recent.latencyMs.p50)}`,
      `P95 ${formatMs(recent.latencyMs.p95)}`,
    ]),
    row('errors', [
      formatShare(recent.errorRate),
      `${formatCount(requests.failed)} failed`,
      `${formatCount(requests.expired)} expired`,
      `${formatCount(requests.rejected)} refused`,
    ]),
    row('queue', [
      `${formatCount(queue.depth)} waiting`,
      `oldest ${formatMs(queue.oldestWaitMs)}`,
      `batches of ${formatShort(point.batchMean)}, at most ${formatShort(point.batchMax)}`,
    ]),
    row('decisions', [
      paint.good(`${share(decisions.APPROVE)} APPROVE`),
      paint.warning(`${share(decisions.REVIEW)} REVIEW`),
      paint.bad(`${share(decisions.BLOCK)} BLOCK`),
    ]),
    row('labels', [
      formatCount(labels.labelled),
      `detected ${formatShare(labels.detectionRate)}`,
      `false positives ${formatShare(labels.falsePositiveRate)}`,
    ]),
    row('workers', [
      `${workers.ready} of ${workers.configured} ready on ${workers.provider ?? 'nothing'}`,
      `${formatCount(workers.lost)} lost`,
    ]),
    '',
    ...versionTable(snapshot, paint).split('\n'),
    '',
    ...(fleet === undefined ? [] : [...nodeTable(fleet.nodes, paint).split('\n'), '']),
    ...snapshot.events
      .slice(0, 3)
      .map((event) => `  ${formatTime(event.at)}  ${event.version ?? ''} ${eventWords(event)}`),
  ];
  // Drawing a view that is longer than the terminal would leave its first lines behind each time.
  return lines.slice(0, Math.max(rows - 1, 1)).join('\n');
}

function alertLines({ alerts, at }: DashboardSnapshot, paint: Paint): string[] {
  const active = alerts.filter(({ clearedAt }) => clearedAt === null);
  if (active.length === 0) return [paint.good('✓ No alert is active')];
  return active.map(
    (alert) => `${severityWord(alert, paint)} ${alert.message} (for ${formatDuration(at - alert.raisedAt)})`,
  );
}

function severityWord({ severity }: DashboardAlert, paint: Paint): string {
  return severity === 'critical' ? paint.bad('✖ CRITICAL') : paint.warning('▲ WARNING');
}

function versionTable({ versions }: DashboardSnapshot, paint: Paint): string {
  const table = new Table({
    head: ['  version', 'role', 'traffic', 'answered', 'errors', 'P99', 'review', 'block', ''],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    chars: { ...noBorders, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const one of versions.filter(({ role }) => role !== 'retired')) {
    table.push([
      `  ${paint.strong(one.version)}`,
      roleWords(one.role),
      formatShare(one.traffic),
      formatCount(one.shadow?.copied ?? one.requests.succeeded),
      formatShare(one.errorRate),
      formatMs(one.latencyMs.p99),
      formatShare(one.reviewShare),
      formatShare(one.blockShare),
      one.canary === null ? '' : canaryWords(one.canary),
    ]);
  }
  return table.toString();
}

const nodeStatus = {
  ok: ['good', '✓ healthy'],
  degraded: ['warning', '▲ degraded'],
  unavailable: ['bad', '✖ unavailable'],
  missing: ['bad', '✖ does not answer'],
} as const satisfies Record<DashboardNode['status'], readonly [keyof Paint, string]>;

function nodeTable(nodes: readonly DashboardNode[], paint: Paint): string {
  const table = new Table({
    head: ['  node', 'status', 'a second', 'errors', 'P99', 'waiting', 'workers', 'versions'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
    chars: { ...noBorders, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const { id, status, answered, errorRate, p99, queued, workers, versions } of nodes) {
    const [tone, words] = nodeStatus[status];
    const values =
      status === 'missing'
        ? ['', '', '', '', '', '']
        : [
            formatShort(answered),
            formatShare(errorRate),
            formatMs(p99),
            formatCount(queued),
            `${workers.ready} of ${workers.configured}`,
            nodeVersionWords(versions),
          ];
    table.push([`  ${paint.strong(id)}`, paint[tone](words), ...values]);
  }
  return table.toString();
}

function row(label: string, values: readonly string[]): string {
  return `  ${label.padEnd(labelWidth)}${values.join('   ')}`;
}

/** A chart in one line, from 0 to its highest value. */
export function sparkline(values: readonly (number | null)[], width: number): string {
  const shown = values.slice(-width);
  const highest = Math.max(...shown.map((value) => value ?? 0), Number.MIN_VALUE);
  const bars = shown.map((value) =>
    value === null ? ' ' : (blocks[Math.min(Math.floor((value / highest) * blocks.length), blocks.length - 1)] ?? ' '),
  );
  return bars.join('').padStart(width);
}

/** The snapshot as one line of plain text. */
export function lineOf({ at, model, point, recent, queue, health, alerts, fleet }: DashboardSnapshot): string {
  const active = alerts
    .filter(({ clearedAt }) => clearedAt === null)
    .map(({ rule, severity }) => `${rule} (${severity})`);
  return [
    new Date(at).toISOString(),
    `${model.name} ${model.version}`,
    ...(fleet === undefined ? [] : [fleetWords(fleet)]),
    health.status,
    `${formatShort(point.answered)}/s`,
    `P50 ${formatMs(recent.latencyMs.p50)}`,
    `P99 ${formatMs(recent.latencyMs.p99)}`,
    `errors ${formatShare(recent.errorRate)}`,
    `${formatCount(queue.depth)} waiting`,
    active.length === 0 ? 'no alerts' : `alerts: ${active.join(', ')}`,
  ].join(' | ');
}
