import cliProgress from 'cli-progress';
import Table from 'cli-table3';
import type { DeploymentSummary } from 'fraud-scorer';
import { formatCount, formatMs, formatSeconds, formatShare } from '../replay/format.js';
import { type Paint, plainPaint } from '../replay/paint.js';

/** The values shown at one moment. */
export interface Picture {
  elapsedSeconds: number;
  chapter: string;
  deployments: readonly DeploymentSummary[];
  /** The share of the latest answers that each version gave. */
  seen: ReadonlyMap<string, number>;
  /** Decisions of the fallback since the start. */
  fallback: number;
}

const widestBar = 20;
/** The usual width of all other columns together. */
const otherColumns = 77;
const alignments: Table.HorizontalAlignment[] = ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'];
const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
    ['mid-mid', ''],
  ]),
);

/** A table of the versions for a terminal of this width. It is redrawn in place. */
export function tableOf(picture: Picture, columns: number, paint: Paint = plainPaint): string {
  const { chapter, deployments, seen, fallback, elapsedSeconds } = picture;
  const table = new Table({
    head: ['version', 'role', 'share', 'seen', 'answered', 'blocked', 'P95', ''],
    colAligns: alignments,
    chars: { ...noBorders, middle: ' ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const barWidth = Math.min(Math.max(columns - otherColumns, 0), widestBar);
  for (const deployment of deployments) table.push(rowOf(deployment, seen, barWidth, paint));
  const foot = `${formatSeconds(elapsedSeconds)}   ${formatCount(fallback)} decided by the fallback`;
  return ['', paint.strong(chapter), table.toString(), foot].join('\n');
}

function rowOf(
  deployment: DeploymentSummary,
  seen: ReadonlyMap<string, number>,
  barWidth: number,
  paint: Paint,
): string[] {
  const { version, role, traffic, business, requests, performance } = deployment;
  const latencyMs = deployment.shadow?.latencyMs ?? performance.latencyMs;
  return [
    paint.strong(version),
    role === 'primary' ? paint.good(role) : role === 'retired' ? paint.bad(role) : paint.warning(role),
    `${bar(traffic, barWidth)} ${formatShare(traffic).padStart(7)}`,
    // A version may come back after it has retired. The measured share belongs to the live one.
    role === 'retired' ? '–' : formatShare(seen.get(version) ?? 0),
    // A shadow's answers go to nobody.
    deployment.shadow === undefined ? formatCount(requests.succeeded) : '–',
    business.total === 0 ? '–' : formatShare(business.blocked / business.total),
    formatMs(latencyMs.p95),
    remark(deployment),
  ];
}

function bar(fraction: number, barWidth: number): string {
  return cliProgress.Format.BarFormat(fraction, {
    barsize: barWidth,
    barCompleteString: '█'.repeat(barWidth),
    barIncompleteString: '░'.repeat(barWidth),
    barGlue: '',
  });
}

/** A remark on a version. */
function remark({ canary, shadow, requests }: DeploymentSummary): string {
  if (shadow !== undefined) {
    return `${formatCount(countFlips(shadow.flips).different)} otherwise`;
  }
  if (requests.failed > 0) return `${formatCount(requests.failed)} failed`;
  return canary === undefined ? '' : `canary ${canary.state}`;
}

/** How many compared requests the shadow decided like the primary, and how many otherwise. */
export function countFlips(flips: NonNullable<DeploymentSummary['shadow']>['flips']): {
  same: number;
  different: number;
} {
  let [same, different] = [0, 0];
  for (const [primary, byShadow] of Object.entries(flips)) {
    for (const [shadow, count] of Object.entries(byShadow)) {
      if (primary === shadow) same += count;
      else different += count;
    }
  }
  return { same, different };
}

/** The same as one line of plain text. */
export function lineOf({ elapsedSeconds, deployments, seen }: Picture): string {
  const live = deployments.filter(({ role }) => role !== 'retired');
  const versions = live.map(({ version, role, traffic }) =>
    traffic === 0
      ? `${version} ${role}`
      : `${version} ${role} ${formatShare(traffic)}, seen ${formatShare(seen.get(version) ?? 0)}`,
  );
  return `${formatSeconds(elapsedSeconds).padStart(9)} | ${versions.join(' | ')}`;
}
