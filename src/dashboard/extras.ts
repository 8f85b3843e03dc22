import type { DashboardDrift, DashboardHostLoad, DashboardMoney } from '../api/dashboard.js';
import type { HostSummary, Summary } from '../api/summary.js';

/**
 * Parts of a snapshot that exist only with labelled amounts, or with a model that has a reference. The page shows a section if its field is
 * present.
 */
export interface DashboardExtras {
  money?: DashboardMoney;
  drift?: DashboardDrift;
  hostLoad: DashboardHostLoad;
}

/**
 * @param before the previous reading, for rates; null if it is too old.
 * @param driftLimit a PSI above this counts as drift; null if the rule is switched off.
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

/** The primary's drift. */
function driftOf({ deployments }: Summary, threshold: number | null): DashboardDrift | null {
  const drift = deployments.find(({ role }) => role === 'primary')?.drift;
  if (drift === undefined) return null;
  const { score, features, rows } = drift;
  return { score, features, threshold, samples: rows };
}

function pausesOf({ gc }: HostSummary): number {
  return Object.values(gc).reduce((sum, { totalMs }) => sum + totalMs, 0);
}
