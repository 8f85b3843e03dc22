/** A counter, a gauge or a histogram, as `scorer.metrics()` gives it. */
export interface MetricFamily {
  /** In the form of Prometheus, without a prefix: `requests_total`. */
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  unit: string | null;
  /** How the samples of several processes come to one. */
  aggregation: string;
  samples: (ValueSample | HistogramSample)[];
}

export interface ValueSample {
  labels: Record<string, string>;
  value: number;
}

export interface HistogramSample {
  labels: Record<string, string>;
  count: number;
  sum: number;
  /** Cumulative, by ascending `le`; without the one for infinity, which is `count`. */
  buckets: { le: number; count: number }[];
}

/** What is read of a version where there is no `metrics()`. */
export interface InstrumentedVersion {
  version: string;
  role: string;
  traffic: number;
  requests: Record<'succeeded' | 'failed' | 'rejected' | 'expired' | 'cancelled', number>;
  business: Record<'approved' | 'reviewed' | 'blocked', number>;
  performance: { sampleCount: number; latencyMs: { mean: number | null } };
}

/** A `FraudScorer`. */
export interface InstrumentedScorer {
  summary(): {
    queue: { depth: number; inFlight: number };
    workers: { ready: number; busy: number; lost: number };
    activeAlerts: { rule: string }[];
  };
  deployments(): InstrumentedVersion[];
}

const outcomes = ['succeeded', 'failed', 'rejected', 'expired', 'cancelled'] as const;
const decisions = { APPROVE: 'approved', REVIEW: 'reviewed', BLOCK: 'blocked' } as const;

/** All metrics of a scorer. Families are always the same, in the same order. */
export function familiesOf(scorer: InstrumentedScorer): readonly MetricFamily[] {
  if ('metrics' in scorer && typeof scorer.metrics === 'function') return scorer.metrics();
  const { queue, workers, activeAlerts } = scorer.summary();
  const versions = scorer.deployments();
  return [
    family('requests_total', 'Requests by how they ended', 'counter', null, [
      ...versions.flatMap(({ version, requests }) =>
        outcomes.map((outcome) => ({ labels: { outcome, version }, value: requests[outcome] })),
      ),
    ]),
    family('decisions_total', 'Decisions of the model', 'counter', null, [
      ...versions.flatMap(({ version, business }) =>
        Object.entries(decisions).map(([decision, name]) => ({ labels: { decision, version }, value: business[name] })),
      ),
    ]),
    family('request_duration_seconds', 'From the call to the answer of the model', 'histogram', 'seconds', [
      ...versions.map(({ version, performance: { sampleCount: count, latencyMs } }) => ({
        labels: { version },
        count,
        sum: ((latencyMs.mean ?? 0) * count) / 1000,
        buckets: [],
      })),
    ]),
    family('queue_depth', 'Requests that wait for a worker', 'gauge', null, [{ labels: {}, value: queue.depth }]),
    family('in_flight', 'Requests in batches that workers hold', 'gauge', null, [
      { labels: {}, value: queue.inFlight },
    ]),
    family('workers', 'Workers', 'gauge', null, [
      { labels: { state: 'ready' }, value: workers.ready },
      { labels: { state: 'busy' }, value: workers.busy },
    ]),
    family('workers_lost_total', 'Workers that died or hung', 'counter', null, [{ labels: {}, value: workers.lost }]),
    family('alert_active', 'Alerts that are active', 'gauge', null, [
      ...activeAlerts.map(({ rule }) => ({ labels: { rule }, value: 1 })),
    ]),
    family('traffic_ratio', 'Shares of the traffic', 'gauge', 'ratio', [
      ...versions.map(({ version, role, traffic }) => ({ labels: { version, role }, value: traffic })),
    ]),
  ];
}

function family(
  name: string,
  help: string,
  type: MetricFamily['type'],
  unit: string | null,
  samples: MetricFamily['samples'],
): MetricFamily {
  return { name, help, type, unit, aggregation: unit === 'ratio' ? 'average' : 'sum', samples };
}
