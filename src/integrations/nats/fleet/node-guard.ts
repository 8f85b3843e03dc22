import type { Alert, AlertRecord, AlertsSummary } from '../../../api/alerts.js';
import type { Health } from '../../../api/health.js';
import type { DeviceSummary, ProviderAttempt } from '../../../api/provider.js';
import type { ModelIdentity } from '../../../api/result.js';
import type { GcPauses, WorkersSummary } from '../../../api/summary.js';
import type { NodeReading, NodeVersion, SingleParts, StatsReading } from '../../../fleet/node-reading.js';
import type { DecisionCounts, RequestReading } from '../../../monitoring/counts.js';
import type { LabelsReading } from '../../../monitoring/labels/label-counts.js';
import { maxLabelDays } from '../../../monitoring/labels/label-days.js';
import type { PerformanceReading } from '../../../monitoring/performance-recorder.js';
import type { ShadowReading } from '../../../monitoring/shadow/shadow-stats.js';
import {
  type Guard,
  isBoolean,
  isBytes,
  isLimit,
  isNumber,
  isString,
  listOf,
  oneOf,
  optional,
  orNull,
  pairOf,
  shapeOf,
} from '../../../validation/shape.js';

/** The most items of a list of one node. More than any node sends. */
const mostItems = 1_000;

const provider = oneOf('cuda', 'tensorrt', 'cpu');
const attempt = shapeOf<ProviderAttempt>({ provider, reason: orNull(isString), note: optional(isString) });
const device = shapeOf<DeviceSummary>({
  device: isNumber,
  workers: isNumber,
  ready: isNumber,
  provider: orNull(provider),
  problem: orNull(isString),
});
const workers = shapeOf<WorkersSummary>({
  configured: isNumber,
  ready: isNumber,
  busy: isNumber,
  lost: isNumber,
  provider: orNull(provider),
  providers: listOf(attempt, mostItems),
  devices: listOf(device, mostItems),
});

const requests = shapeOf<RequestReading>({
  succeeded: isNumber,
  failed: isNumber,
  rejected: isNumber,
  expired: isNumber,
  cancelled: isNumber,
  fallbacks: listOf(pairOf(isString, isNumber), mostItems),
});
const performance = shapeOf<PerformanceReading>({
  requests,
  latency: isBytes,
  queue: isBytes,
  inference: isBytes,
  columnRows: isNumber,
  batches: isNumber,
  batchRows: isNumber,
  maxBatchRows: isNumber,
  memorySamples: isNumber,
  memorySumGb: isNumber,
  maxMemoryGb: isNumber,
  activeMs: isNumber,
  activeRows: isNumber,
  rowsPerSecond: orNull(shapeOf<{ min: number; max: number }>({ min: isNumber, max: isNumber })),
});
const decisions = shapeOf<DecisionCounts>({ APPROVE: isNumber, REVIEW: isNumber, BLOCK: isNumber, highRisk: isNumber });
const cells = listOf(isNumber, mostItems);
const labels = shapeOf<LabelsReading>({
  cells,
  calibration: cells,
  days: listOf(pairOf(isNumber, cells), maxLabelDays),
});
const stats = { performance, decisions, labels } satisfies { [K in keyof StatsReading]: Guard<StatsReading[K]> };

const shadow = shapeOf<ShadowReading>({
  copied: isNumber,
  dropped: shapeOf<ShadowReading['dropped']>({
    queueFull: isNumber,
    pressure: isNumber,
    notReadable: isNumber,
    failed: isNumber,
    late: isNumber,
    unpaired: isNumber,
    retired: isNumber,
  }),
  flips: cells,
  primaryScores: isBytes,
  shadowScores: isBytes,
  absoluteDifferences: isBytes,
  latency: isBytes,
  signedSum: isNumber,
});

/** They are only handed on, as one node's own. */
const single: Guard<SingleParts> = (value): value is SingleParts => typeof value === 'object' && value !== null;

const version = shapeOf<NodeVersion>({
  name: isString,
  version: isString,
  role: oneOf('primary', 'challenger', 'shadow', 'standby', 'retired'),
  traffic: isNumber,
  since: isNumber,
  workers,
  ...stats,
  shadow: orNull(shadow),
  single,
});

const alertFields = {
  rule: (value: unknown): value is Alert['rule'] => isString(value),
  severity: oneOf('warning', 'critical'),
  version: orNull(isString),
  value: isLimit,
  threshold: isLimit,
  since: isNumber,
  message: isString,
  advice: isString,
};
const alert = shapeOf<Alert>(alertFields);
const alerts = shapeOf<AlertsSummary>({
  active: listOf(alert, mostItems),
  history: listOf(shapeOf<AlertRecord>({ ...alertFields, clearedAt: orNull(isNumber) }), mostItems),
});

const health = shapeOf<Health>({
  status: oneOf('ok', 'degraded', 'unavailable'),
  ready: isBoolean,
  provider: orNull(provider),
  providers: listOf(attempt, mostItems),
  workers: isNumber,
  queueDepth: isNumber,
  reasons: listOf(isString, mostItems),
});

const pauses = shapeOf<GcPauses>({ count: isNumber, totalMs: isNumber });
const host = shapeOf<NodeReading['host']>({
  eventLoop: shapeOf<NodeReading['host']['eventLoop']>({
    delayMs: shapeOf<NodeReading['host']['eventLoop']['delayMs']>({
      p50: orNull(isNumber),
      p99: orNull(isNumber),
      max: orNull(isNumber),
    }),
    utilization: orNull(isNumber),
  }),
  gc: shapeOf<NodeReading['host']['gc']>({ minor: pauses, major: pauses, incremental: pauses, weakCallbacks: pauses }),
});

/** Whether a message from the network is a reading of a node. Bytes and lists of counts are checked when they are decoded. */
export const isNodeReading = shapeOf<NodeReading>({
  format: (value): value is 1 => value === 1,
  at: isNumber,
  uptimeSeconds: isNumber,
  model: shapeOf<ModelIdentity>({ name: isString, version: isString }),
  health,
  ...stats,
  recent: shapeOf<NodeReading['recent']>({ windowSeconds: isNumber, performance }),
  explanations: shapeOf<NodeReading['explanations']>({ given: isNumber, skipped: isNumber }),
  workers,
  queue: shapeOf<NodeReading['queue']>({
    depth: isNumber,
    maxDepth: isNumber,
    oldestWaitMs: isNumber,
    inFlight: isNumber,
  }),
  batching: shapeOf<NodeReading['batching']>({
    maxBatchSize: isNumber,
    maxQueueDelayMs: isNumber,
    targetLatencyMs: isLimit,
    sent: shapeOf<NodeReading['batching']['sent']>({
      idleWorker: isNumber,
      full: isNumber,
      delayOver: isNumber,
      deadline: isNumber,
    }),
    latency: orNull(shapeOf<{ fixedMs: number; perRowMs: number }>({ fixedMs: isNumber, perRowMs: isNumber })),
  }),
  host,
  alerts,
  versions: listOf(version, mostItems),
});
