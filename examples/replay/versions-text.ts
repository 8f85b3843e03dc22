import type {
  Decision,
  DeploymentEvent,
  DeploymentSummary,
  RateDifference,
  ShadowSummary,
  Summary,
} from 'fraud-scorer';
import { formatCount, formatScore, formatShare } from './format.js';

const DECISIONS: readonly Decision[] = ['APPROVE', 'REVIEW', 'BLOCK'];

/** How a shadow's decisions compare with the decisions that the callers got. */
export interface Flips {
  compared: number;
  /** Compared requests that the shadow decided otherwise. */
  flipped: number;
  /** The pairs of different decisions that occurred, the most frequent first. */
  pairs: { from: Decision; to: Decision; count: number }[];
}

export function flipsOf({ flips }: ShadowSummary): Flips {
  const all = DECISIONS.flatMap((from) => DECISIONS.map((to) => ({ from, to, count: flips[from][to] })));
  const pairs = all.filter(({ from, to, count }) => from !== to && count > 0).sort((a, b) => b.count - a.count);
  return { compared: sum(all), flipped: sum(pairs), pairs };
}

/** The versions that have workers. */
export function liveVersions({ deployments }: Pick<Summary, 'deployments'>): DeploymentSummary[] {
  return deployments.filter(({ role }) => role !== 'retired');
}

/** `2 challenger 10.0 %`; without the share if a version cannot have one. */
export function describeRole({ version, role, traffic }: DeploymentSummary): string {
  const share = role === 'primary' || role === 'challenger' ? ` ${formatShare(traffic)}` : '';
  return `${version} ${role}${share}`;
}

/** The most pairs of decisions in a line. */
const MOST_PAIRS = 3;

/** `12 of 1,000 flipped: 8 APPROVE → REVIEW, 4 REVIEW → BLOCK`, with the most frequent pairs. */
export function describeFlips(shadow: ShadowSummary): string {
  const { compared, flipped, pairs } = flipsOf(shadow);
  const words = pairs.slice(0, MOST_PAIRS).map(({ from, to, count }) => `${formatCount(count)} ${from} → ${to}`);
  const list = pairs.length > MOST_PAIRS ? [...words, '…'] : words;
  return `${formatCount(flipped)} of ${formatCount(compared)} flipped${list.length > 0 ? `: ${list.join(', ')}` : ''}`;
}

/** How many copies were not compared, and why. */
export function describeDropped({ dropped }: ShadowSummary): string {
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0);
  return reasons.map(([reason, count]) => `${formatCount(count)} ${reason}`).join(', ') || 'none';
}

/** How far a shadow's scores are from the callers' scores. */
export function describeScoreDifference({ scoreDifference: { mean, p95 }, psi }: ShadowSummary): string {
  return `mean ${formatScore(mean)}, P95 ${formatScore(p95)}, PSI ${formatScore(psi)}`;
}

/** A challenger's rate minus the primary's, with its confidence interval. */
export function describeDifference({ difference, low, high, distinguishable }: RateDifference): string {
  const verdict = distinguishable ? 'they differ' : 'no difference found';
  return `${points(difference)} (${points(low)} to ${points(high)}): ${verdict}`;
}

/** An event of a version, in one line. */
export function describeEvent({ type, version, reason, traffic }: DeploymentEvent): string {
  const share = traffic === undefined ? '' : `, now ${formatShare(traffic)} of the traffic`;
  return `version ${version ?? 'unknown'}: ${type}${share}${reason === undefined ? '' : ` (${reason})`}`;
}

/** Percentage points, with their sign. */
function points(share: number): string {
  return `${share < 0 ? '−' : '+'}${(100 * Math.abs(share)).toFixed(2)} %`;
}

function sum(counted: readonly { count: number }[]): number {
  return counted.reduce((total, { count }) => total + count, 0);
}
