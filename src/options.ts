import type { ResourceLimits } from 'node:worker_threads';
import { readPolicyPatch } from './answering/policy.js';
import type { DriftOptions } from './api/drift.js';
import type { HostLogger } from './api/logger.js';
import type { MetricsOptions } from './api/metrics.js';
import type { BatchLimits, FraudScorerOptions, OutcomeLimits, UnknownFeatures } from './api/options.js';
import type { Decide, DecisionPolicy, Fallback } from './api/policy.js';
import type { Provider } from './api/provider.js';
import type { Explain } from './api/request.js';
import { isLogger, loggerExpected } from './host/host-logger.js';
import { hasBundledModel } from './models/bundled-model.js';
import { expectedLocation, isLocation, pathOfLocation } from './models/model-location.js';
import { type ResolvedAlerts, readAlerts } from './monitoring/alerts/alert-options.js';
import { expectedDrift, readDriftOptions } from './monitoring/drift/options.js';
import {
  areLatencyBuckets,
  defaultLatencyBucketsMs,
  latencyBucketsExpected,
} from './monitoring/metrics/latency-buckets.js';
import { defaultWorkers, maxWorkers } from './pool/default-workers.js';
import { resolveToolWorkerFile, resolveWorkerFile } from './pool/worker-file.js';
import { isExplain } from './requests/score-options.js';
import { isDecision } from './validation/decision.js';
import { FieldReader } from './validation/field-reader.js';
import { isUrl } from './validation/is-url.js';
import { isAsynchronous } from './validation/issues.js';
import { isText } from './validation/text.js';

/** The options, complete and valid. */
export interface ResolvedOptions {
  /** The path of the model directory; null for the demonstration model. */
  model: string | null;
  providers: readonly Provider[];
  devices: readonly number[];
  workers: number;
  areWorkersGiven: boolean;
  /** The reason for the number of workers, in a few words. */
  workersFrom: string;
  batching: BatchLimits;
  maxQueueSize: number;
  timeoutMs: number;
  /** Whether `batching` must be found by measurement. It holds the defaults until then. */
  autoBatching: boolean;
  /** Only the host's thresholds. They override the manifest's. */
  policy: Partial<DecisionPolicy>;
  decide: Decide | undefined;
  fallback: Fallback;
  explain: Explain;
  unknownFeatures: UnknownFeatures;
  outcomes: OutcomeLimits;
  alerts: ResolvedAlerts;
  metrics: MetricsOptions;
  /** null if drift is not measured. */
  drift: DriftOptions | null;
  workerHangMs: number;
  exitWaitMs: number;
  startTimeoutMs: number;
  keepPreviousMs: number;
  /** null means: the name of the first model. */
  routingSalt: string | null;
  logger: HostLogger | undefined;
  /** A file URL. */
  workerFile: string;
  /** A file URL; undefined where no tool is used. */
  toolWorkerFile: string | undefined;
  resourceLimits: ResourceLimits | undefined;
}

const dayMs = 86_400_000;

const expectedBatching = "'auto' or an object with maxBatchSize, maxQueueDelayMs and targetLatencyMs";

/** @throws {InvalidOptionsError} with every option that is unknown or not as documented. */
export function resolveOptions(options: FraudScorerOptions): ResolvedOptions {
  const reader = new FieldReader(options);
  // Anything else is read as an object, and refused as one.
  const isAuto = reader.is('batching', 'auto');
  const devices = reader.list('devices', 'CUDA device ids, integers from 0', isDeviceId);
  const providers = reader.list('providers', "'cuda', 'tensorrt' or 'cpu'", isProvider, hintOfProvider);
  const byDefault = defaultWorkers(devices);
  const batching = isAuto
    ? readBatching(new FieldReader(undefined))
    : readBatching(reader.nested('batching', expectedBatching));
  const resolved: ResolvedOptions = {
    model: readModel(reader),
    providers: providers ?? ['cuda', 'cpu'],
    devices: devices ?? [0],
    workers: reader.number('workers', byDefault.workers, { min: 1, max: maxWorkers, integer: true }),
    areWorkersGiven: reader.has('workers'),
    workersFrom: reader.has('workers') ? 'option' : byDefault.from,
    batching,
    autoBatching: isAuto,
    maxQueueSize: reader.number('maxQueueSize', 10_000, { min: 1, max: 1_000_000, integer: true }),
    timeoutMs: reader.number('timeoutMs', 1_000, { above: 0, unit: 'milliseconds' }),
    policy: readPolicyPatch(reader.nested('policy')),
    decide: reader.value('decide', 'a synchronous function of the scores and the request', isDecide),
    fallback: reader.value('fallback', "'throw', 'APPROVE', 'REVIEW', 'BLOCK' or a function", isFallback) ?? 'throw',
    explain: reader.value('explain', "true, false, 'review' or 'block'", isExplain) ?? false,
    unknownFeatures: reader.oneOf('unknownFeatures', ['refuse', 'ignore'], 'refuse'),
    outcomes: readOutcomes(reader.nested('outcomes')),
    alerts: readAlerts(reader.nested('alerts'), batching.targetLatencyMs),
    metrics: readMetrics(reader.nested('metrics')),
    drift: reader.is('drift', false) ? null : readDriftOptions(reader.nested('drift', expectedDrift)),
    workerHangMs: reader.number('workerHangMs', 10_000, { above: 0, unit: 'milliseconds' }),
    exitWaitMs: reader.number('exitWaitMs', 2_000, { min: 0, max: 600_000, unit: 'milliseconds' }),
    startTimeoutMs: reader.number('startTimeoutMs', 120_000, { above: 0, unit: 'milliseconds' }),
    keepPreviousMs: reader.number('keepPreviousMs', 600_000, { min: 0, unit: 'milliseconds' }),
    routingSalt: reader.value('routingSalt', 'a text', isString) ?? null,
    logger: reader.value('logger', loggerExpected, isLogger),
    workerFile: resolveWorkerFile(reader.value('workerFile', 'a path or a URL', isPathOrUrl), reader.issues),
    toolWorkerFile: readToolWorkerFile(reader, isAuto),
    resourceLimits: readResourceLimits(reader),
  };
  if (devices !== undefined) refuseUnused(reader, devices, resolved);
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

/** @returns null for the demonstration model. */
function readModel(reader: FieldReader): string | null {
  const model = pathOfLocation(reader.value('model', expectedLocation, isLocation));
  if (!reader.has('model') && !hasBundledModel()) {
    reader.reject('model', `${expectedLocation} (a host that bundles passes one)`, undefined);
  }
  return model;
}

function readToolWorkerFile(reader: FieldReader, isUsed: boolean): string | undefined {
  const given = reader.value('toolWorkerFile', 'a path or a URL', isPathOrUrl);
  return isUsed || given !== undefined ? resolveToolWorkerFile(given, reader.issues) : undefined;
}

/** Devices that nothing would run on. With the CPU alone none is looked at: hosts choose the provider apart from the rest. */
function refuseUnused(reader: FieldReader, devices: readonly number[], { providers, workers }: ResolvedOptions): void {
  if (providers.some((provider) => provider !== 'cpu') && devices.length > workers) {
    reader.reject('devices', `at most as many as workers, which are ${workers}`, devices);
  }
}

/** The runtime would ignore a provider's options in silence. */
function hintOfProvider(item: unknown): string {
  if (typeof item !== 'object' || item === null) return '';
  return ', without options: the runtime takes the device alone, which is `devices`, and TensorRT its settings from ORT_TENSORRT_* environment variables';
}

function readBatching(reader: FieldReader): BatchLimits {
  const limits: BatchLimits = {
    maxBatchSize: reader.number('maxBatchSize', 256, { min: 1, max: 65_536, integer: true }),
    maxQueueDelayMs: reader.number('maxQueueDelayMs', 0, { min: 0, max: 60_000, unit: 'milliseconds' }),
    targetLatencyMs: reader.number('targetLatencyMs', 10, { above: 0, unit: 'milliseconds' }),
  };
  reader.rejectUnknown();
  return limits;
}

function readOutcomes(reader: FieldReader): OutcomeLimits {
  const limits: OutcomeLimits = {
    maxPending: reader.number('maxPending', 1_000_000, { min: 0, max: 10_000_000, integer: true }),
    ttlMs: reader.number('ttlMs', 90 * dayMs, { above: 0, unit: 'milliseconds' }),
  };
  reader.rejectUnknown();
  return limits;
}

function readMetrics(reader: FieldReader): MetricsOptions {
  const latencyBucketsMs = reader.value('latencyBucketsMs', latencyBucketsExpected, areLatencyBuckets);
  reader.rejectUnknown();
  return { latencyBucketsMs: latencyBucketsMs === undefined ? defaultLatencyBucketsMs : [...latencyBucketsMs] };
}

function isDeviceId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

export function isProvider(value: unknown): value is Provider {
  return value === 'cuda' || value === 'tensorrt' || value === 'cpu';
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isDecide(value: unknown): value is Decide {
  return typeof value === 'function' && !isAsynchronous(value);
}

function isFallback(value: unknown): value is Fallback {
  return value === 'throw' || typeof value === 'function' || isDecision(value);
}

export function isPathOrUrl(value: unknown): value is string | URL {
  return isText(value) || isUrl(value);
}

function readResourceLimits(options: FieldReader): ResourceLimits | undefined {
  const reader = options.nested('resourceLimits');
  if (!options.has('resourceLimits')) return undefined;
  const limits: ResourceLimits = {};
  for (const name of [
    'maxYoungGenerationSizeMb',
    'maxOldGenerationSizeMb',
    'codeRangeSizeMb',
    'stackSizeMb',
  ] as const) {
    // With less than 4 MB of old generation Node.js 22 and 24 end the whole process, not the worker.
    const range = name === 'maxOldGenerationSizeMb' ? { min: 4 } : { above: 0 };
    const limit = reader.number(name, 0, { ...range, unit: 'megabytes' });
    if (limit > 0) limits[name] = limit;
  }
  reader.rejectUnknown();
  return limits;
}
