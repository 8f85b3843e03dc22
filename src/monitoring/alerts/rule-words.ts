import type { DriftSeen, FailureCounts } from '../../api/alerts.js';

/** A share in percent, with one digit behind the point. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

export function failureWords({ requests, failed }: FailureCounts, time: string): string {
  return `${failed} of ${requests} requests failed in ${time}`;
}

export function burnWords(value: number, allowed: number, target: number): string {
  return `the error budget of ${Number((target * 100).toFixed(6))}% availability is used up ${value.toFixed(1)} times too fast, allowed ${allowed} times`;
}

export function driftWords(drift: DriftSeen | null | undefined): string {
  if (drift === null || drift === undefined) return 'what it sees';
  const { worst, feature, rows } = drift;
  const cause = feature === undefined || feature === worst ? '' : ` (of the features most for ${feature})`;
  return `${worst}${cause} over ${rows} rows`;
}
