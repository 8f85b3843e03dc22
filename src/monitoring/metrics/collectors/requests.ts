import type { MetricFamily } from '../../../api/metrics.js';
import { fallbackCodes } from '../../../errors/fallback-codes.js';
import { causes } from '../../counts.js';
import type { VersionStats } from '../../version-stats.js';
import { counter, type Value } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** The outcomes of requests, and the decisions. */
export function collectRequests({ counted, older }: MetricsView): MetricFamily[] {
  const requests: Value[] = [];
  const decisions: Value[] = [];
  const highRisk: Value[] = [];
  const columnRows: Value[] = [];
  const fallbacks: Value[] = fallbackCodes.map((error) => [{ error }, 0]);
  for (const [error, count] of older?.requests.fallbacks ?? []) fallbacks.push([{ error }, count]);
  for (const [version, all] of counted) {
    for (const stats of all) {
      const counts = stats.requests;
      const ended = counts.summary();
      for (const outcome of causes) requests.push([{ outcome, version }, ended[outcome]]);
      for (const [error, count] of counts.fallbacks) fallbacks.push([{ error }, count]);
      if (!isDecider(version, stats)) continue;
      const { APPROVE, REVIEW, BLOCK, highRisk: high } = stats.decisions.counts;
      decisions.push([{ decision: 'APPROVE', version }, APPROVE]);
      decisions.push([{ decision: 'REVIEW', version }, REVIEW]);
      decisions.push([{ decision: 'BLOCK', version }, BLOCK]);
      highRisk.push([{ version }, high]);
      columnRows.push([{ version }, stats.columnDecisions.total]);
    }
  }
  return [
    counter(
      {
        name: 'requests_total',
        help: 'Requests by outcome. A call of scoreColumns counts as one. The version is empty if the request was refused before a version was chosen.',
      },
      requests,
    ),
    counter({ name: 'decisions_total', help: 'Decisions of the model, rows of scoreColumns included.' }, decisions),
    counter({ name: 'high_risk_total', help: 'Decisions whose risk level is HIGH.' }, highRisk),
    counter({ name: 'column_rows_total', help: 'Rows of scoreColumns among the decisions.' }, columnRows),
    counter(
      { name: 'fallbacks_total', help: 'Requests that the fallback answered, by the error that it replaced.' },
      fallbacks,
    ),
  ];
}

/** A version without a role has decisions only if rows were scored with a shadow. */
function isDecider(version: string, { decisions }: VersionStats): boolean {
  return version !== '' || decisions.total > 0;
}
