import type { AlertSeverity } from '../../api/alerts.js';
import type { Rule, Seen } from './rule.js';

/** The state of a rule for one thing that it watches. */
export type RuleState = { kind: 'calm'; breaches: number } | { kind: 'raised'; backs: number };

/** What a check changes. */
export interface Step {
  state: RuleState;
  change: 'raised' | 'cleared' | null;
}

export const calm: RuleState = { kind: 'calm', breaches: 0 };

type Limits = Pick<Rule, 'bad' | 'threshold' | 'clearAt' | 'raiseAfter' | 'clearAfter' | 'minimumVolume'>;

/**
 * One check. The alert is raised after `raiseAfter` checks in a row beyond the threshold, and cleared after `clearAfter` checks in a row
 * well inside it. A check without a value, or with too little volume, counts as well inside.
 */
export function step(state: RuleState, limits: Limits, seen: Seen): Step {
  const value = judged(limits, seen);
  const threshold = seen.threshold ?? limits.threshold;
  if (state.kind === 'calm') {
    if (value === null || !isBeyond(limits, value, threshold)) return { state: calm, change: null };
    const breaches = state.breaches + 1;
    if (breaches < limits.raiseAfter) return { state: { kind: 'calm', breaches }, change: null };
    return { state: { kind: 'raised', backs: 0 }, change: 'raised' };
  }
  if (value !== null && !isWellBack(limits, value, threshold)) {
    return { state: state.backs === 0 ? state : { kind: 'raised', backs: 0 }, change: null };
  }
  const backs = state.backs + 1;
  if (backs < limits.clearAfter) return { state: { kind: 'raised', backs }, change: null };
  return { state: calm, change: 'cleared' };
}

/** The value to judge; null if there is none, or too little volume. */
export function judged({ minimumVolume }: Pick<Limits, 'minimumVolume'>, { value, volume }: Seen): number | null {
  return volume !== undefined && volume < minimumVolume ? null : value;
}

function isBeyond({ bad }: Limits, value: number, threshold: number): boolean {
  return bad === 'below' ? value < threshold : value > threshold;
}

/**
 * Whether the value is so far inside the threshold that the alert may be cleared. A value that moves around the threshold then raises only
 * one alert.
 */
function isWellBack({ bad, clearAt }: Limits, value: number, threshold: number): boolean {
  const inside = clearAt ?? defaultClearAt(bad, threshold);
  return bad === 'below' ? value >= inside : value <= inside;
}

/** A tenth inside the threshold. */
export function defaultClearAt(bad: Rule['bad'], threshold: number): number {
  if (!Number.isFinite(threshold)) return threshold;
  const margin = Math.abs(threshold) / 10;
  return bad === 'below' ? threshold + margin : threshold - margin;
}

/** `critical` if the value is beyond twice the threshold, or below half of it. */
export function severityOf({ severity, bad }: Rule, value: number, threshold: number): AlertSeverity {
  if (severity !== null) return severity;
  return (bad === 'below' ? value < threshold / 2 : value > threshold * 2) ? 'critical' : 'warning';
}
