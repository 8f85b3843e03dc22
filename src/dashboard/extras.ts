import type { DashboardDrift, DashboardHostLoad, DashboardMoney } from '../api/dashboard.js';
import type { HostSummary, Summary } from '../api/summary.js';

/** What a scorer knows where it has labels with amounts, or a model with a reference. A section of the page appears where its field is there. */
export interface DashboardExtras {
  money?: DashboardMoney;
  drift?: DashboardDrift;
  hostLoad: DashboardHostLoad;
}

/**
 * @param before what was read a moment ago, for rates; null where that is too long ago.
 * @param driftLimit above which a population stability index counts as drift; null where none does.
 */
export function extrasOf(
  summary: Summary,
  before: { summary: Summary; elapsedMs: number } | null,
  driftLimit: number | null,
): DashboardExtras {
  const money = moneyOf(summary);
  const drift = driftOf(summary, driftLimit);
  const pausesMs = before === null ? null : pausesOf(summary.host) - pausesOf(before.summary.host);
  const { delayMs, utilization } = summary.host.eventLoop;
  return {
    ...(money === null ? {} : { money }),
    ...(drift === null ? {} : { drift }),
    hostLoad: {
      loopDelayMs: delayMs,
      loopUtilization: utilization,
      gcShare: before === null || pausesMs === null ? null : Math.min(pausesMs / before.elapsedMs, 1),
    },
  };
}

/** null while no label has an amount. */
function moneyOf({ business: { labelled, money } }: Summary): DashboardMoney | null {
  if (money.withoutAmount >= labelled) return null;
  const { fraudCaught, fraudMissed, goodStopped } = money;
  return { fraudCaught, fraudMissed, goodStopped, unit: null };
}

/** Of the primary. */
function driftOf({ deployments }: Summary, threshold: number | null): DashboardDrift | null {
  const drift = deployments.find(({ role }) => role === 'primary')?.drift;
  if (drift === undefined) return null;
  const { score, features, rows } = drift;
  return { score, features, threshold, samples: rows };
}

function pausesOf({ gc }: HostSummary): number {
  return Object.values(gc).reduce((sum, { totalMs }) => sum + totalMs, 0);
}
