import type { DeploymentSummary, Summary } from 'fraud-scorer';

type Percentiles = Summary['performance']['latencyMs'];

function percentiles(p50: number): Percentiles {
  return { mean: p50, p50, p95: 2 * p50, p99: 3 * p50, p999: 4 * p50, max: 5 * p50 };
}

function examplePerformance(): Summary['performance'] {
  return {
    latencyMs: percentiles(1.5),
    queueMs: percentiles(0.5),
    inferenceMs: percentiles(1),
    throughputPerSecond: { mean: 12_345, min: 10_000, max: 15_000 },
    batchSize: { mean: 63.7, max: 256 },
    memoryGb: { mean: 0.2, max: 0.3 },
    errorRate: 0,
    sampleCount: 1_000,
  };
}

const requests: Summary['requests'] = {
  total: 1_000,
  succeeded: 1_000,
  failed: 0,
  rejected: 0,
  expired: 0,
  cancelled: 0,
  fallback: 0,
};

const business: Summary['business'] = {
  total: 1_000,
  approved: 980,
  reviewed: 12,
  blocked: 8,
  highRisk: 7,
  labelled: 900,
  labelCoverage: 0.9,
  confusion: { truePositives: 6, falsePositives: 12, trueNegatives: 880, falseNegatives: 2 },
  precision: 1 / 3,
  detectionRate: 0.75,
  falsePositiveRate: 12 / 892,
  coverage: {
    APPROVE: { decided: 980, labelled: 882, pending: 98, unlabelled: 0, coverage: 0.9 },
    REVIEW: { decided: 12, labelled: 11, pending: 1, unlabelled: 0, coverage: 11 / 12 },
    BLOCK: { decided: 8, labelled: 7, pending: 1, unlabelled: 0, coverage: 7 / 8 },
  },
  money: {
    ...{ fraudCaught: 600, fraudMissed: 200, goodStopped: 1_200, goodApproved: 44_000, withoutAmount: 0 },
    fraud: { APPROVE: 200, REVIEW: 250, BLOCK: 350 },
    legitimate: { APPROVE: 44_000, REVIEW: 900, BLOCK: 300 },
  },
  calibration: {
    ...{ labels: 900, meanScore: 0.02, fraudShare: 8 / 900, brierScore: 0.01, expectedCalibrationError: 0.0123 },
    bins: [],
  },
  days: [],
};

const workers: Summary['workers'] = {
  configured: 2,
  ready: 2,
  busy: 0,
  lost: 0,
  provider: 'cpu',
  providers: [{ provider: 'cpu', reason: null }],
  devices: [],
};

/** A version that serves alone, unless the fields say otherwise. */
export function exampleDeployment(fields: Partial<DeploymentSummary> = {}): DeploymentSummary {
  return {
    ...{ name: 'visa-fraud', version: '1', role: 'primary', traffic: 1, since: 0 },
    ...{ workers, requests, performance: examplePerformance(), business },
    ...fields,
  };
}

/** A summary as the SDK gives it, of 1,000 transactions of which 900 labels are known. */
export function exampleSummary(): Summary {
  const performance = examplePerformance();
  return {
    model: { name: 'visa-fraud', version: '1' },
    timestamp: '2026-01-01T00:00:00.000Z',
    uptimeSeconds: 3,
    performance,
    recent: { windowSeconds: 10, performance },
    requests,
    business,
    explanations: { given: 0, skipped: 0 },
    workers,
    batching: {
      maxBatchSize: 256,
      maxQueueDelayMs: 0,
      targetLatencyMs: 10,
      sent: { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 },
      latency: null,
    },
    queue: { depth: 0, maxDepth: 10, oldestWaitMs: 0, inFlight: 0 },
    deployments: [exampleDeployment()],
    host: {
      eventLoop: { delayMs: { p50: 0.5, p99: 2, max: 3 }, utilization: 0.1 },
      gc: {
        minor: { count: 1, totalMs: 1 },
        major: { count: 0, totalMs: 0 },
        incremental: { count: 0, totalMs: 0 },
        weakCallbacks: { count: 0, totalMs: 0 },
      },
    },
    activeAlerts: [],
  };
}

/** Three versions side by side: a primary, a challenger with a tenth of the traffic, and a shadow. */
export function exampleVersions(): DeploymentSummary[] {
  const none = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
  return [
    exampleDeployment({ traffic: 0.9 }),
    exampleDeployment({
      ...{ version: '2', role: 'challenger', traffic: 0.1 },
      comparison: {
        block: { difference: 0.012, low: 0.004, high: 0.02, distinguishable: true },
        review: { difference: -0.001, low: -0.01, high: 0.008, distinguishable: false },
        error: { difference: 0, low: -0.001, high: 0.001, distinguishable: false },
      },
    }),
    exampleDeployment({
      ...{ version: '3', role: 'shadow', traffic: 0 },
      business: { ...business, total: 0, reviewed: 0, blocked: 0, detectionRate: null, falsePositiveRate: null },
      shadow: {
        copied: 1_000,
        dropped: { queueFull: 0, pressure: 40, notReadable: 0, failed: 0, late: 2, unpaired: 0, retired: 0 },
        flips: {
          APPROVE: { APPROVE: 940, REVIEW: 8, BLOCK: 1 },
          REVIEW: { ...none, REVIEW: 7, BLOCK: 2 },
          BLOCK: none,
        },
        scoreDifference: { mean: 0.0123, p95: 0.2 },
        psi: 0.05,
        latencyMs: percentiles(2),
      },
    }),
  ];
}
