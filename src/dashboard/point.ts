import type { DashboardPoint } from '../api/dashboard.js';
import type { Summary } from '../api/summary.js';

/** The fields of a point, in the order in which a history sends them. */
export const pointFields = [
  'at',
  'answered',
  'failed',
  'rejected',
  'approved',
  'reviewed',
  'blocked',
  'p50',
  'p95',
  'p99',
  'batchMean',
  'batchMax',
  'queued',
  'inFlight',
  'memoryGb',
] as const satisfies readonly (keyof DashboardPoint)[];

/** A point without field names. It takes a third of the bytes. */
export type PointRow = readonly (number | null)[];

/** The second between two summaries. Rates are null if there is no earlier one. */
export function pointOf(
  summary: Summary,
  at: number,
  before: { summary: Summary; elapsedMs: number } | null,
): DashboardPoint {
  const { recent, queue, business, requests } = summary;
  const { latencyMs, batchSize, memoryGb } = recent.performance;
  const seconds = before === null ? 0 : before.elapsedMs / 1_000;
  const rate = (now: number, then: number | undefined): number | null =>
    then === undefined || seconds <= 0 ? null : round(Math.max(now - then, 0) / seconds);
  const [businessThen, requestsThen] = [before?.summary.business, before?.summary.requests];
  return {
    at,
    answered: rate(business.total, businessThen?.total),
    failed: rate(
      requests.failed + requests.expired,
      requestsThen === undefined ? undefined : requestsThen.failed + requestsThen.expired,
    ),
    rejected: rate(requests.rejected, requestsThen?.rejected),
    approved: rate(business.approved, businessThen?.approved),
    reviewed: rate(business.reviewed, businessThen?.reviewed),
    blocked: rate(business.blocked, businessThen?.blocked),
    p50: round(latencyMs.p50),
    p95: round(latencyMs.p95),
    p99: round(latencyMs.p99),
    batchMean: round(batchSize.mean),
    batchMax: round(batchSize.max),
    queued: queue.depth,
    inFlight: queue.inFlight,
    memoryGb: round(memoryGb.mean),
  };
}

export function rowOf(point: DashboardPoint): PointRow {
  return pointFields.map((field) => point[field]);
}

/** Rounded to a thousandth. More digits would only increase the traffic. */
function round(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1_000) / 1_000;
}
