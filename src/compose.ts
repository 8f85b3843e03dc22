import { maxExplanations } from './answering/explanations.js';
import { Settler } from './answering/settler.js';
import type { Alert } from './api/alerts.js';
import type { Logger } from './api/logger.js';
import { ColumnScoring } from './columns/column-scoring.js';
import { composeVersions } from './compose-versions.js';
import { PageHook } from './dashboard/page-hook.js';
import { alertSources } from './deployments/alert-sources.js';
import { allocate } from './deployments/allocate.js';
import { DeploymentSet } from './deployments/deployment-set.js';
import type { Failover } from './deployments/failover.js';
import type { GpuMemory } from './deployments/gpu-memory.js';
import { MemoryPool } from './deployments/memory-pool.js';
import type { Operations } from './deployments/operations.js';
import { RetiredVersions } from './deployments/retired-versions.js';
import { Router } from './deployments/routing.js';
import { rowsInFlight } from './deployments/rows-in-flight.js';
import { Copies, mostCopied } from './deployments/shadow/copies.js';
import { CopyBudget } from './deployments/shadow/copy-budget.js';
import { servingObserver } from './deployments/workers-observer.js';
import { outsideOfRequests } from './host/async-context.js';
import type { Clock } from './host/clock.js';
import { containedClock } from './host/clock.js';
import { ScorerEvents } from './host/events.js';
import { describeFault, type FaultReport } from './host/faults.js';
import { containedLogger } from './host/logging.js';
import { loopIdleMs } from './host/loop-idle.js';
import type { ModelDirectory } from './models/model-directory.js';
import { HostLoad } from './monitoring/host-load/host-load.js';
import { OutcomeStore } from './monitoring/labels/outcomes.js';
import { LatencyBuckets } from './monitoring/metrics/latency-buckets.js';
import { Monitor } from './monitoring/monitor.js';
import { Traces } from './monitoring/traces/traces.js';
import { VersionStats } from './monitoring/version-stats.js';
import type { ResolvedOptions } from './options.js';
import { DecisionLog } from './records/host/decision-log.js';
import { FallbackLog } from './records/host/fallback-log.js';
import { RecordsHook } from './records/host/records-hook.js';
import { Admission } from './requests/admission.js';
import { Door } from './requests/door.js';
import { KnownNames } from './requests/known-names.js';
import { RequestTable } from './requests/request-table.js';
import { rowLayoutOf } from './requests/row-layout.js';
import { Waiters } from './requests/waiters.js';
import { DeadlineWheel } from './scheduling/deadline-wheel.js';

/** The connected parts of a scorer. */
export interface Parts {
  options: ResolvedOptions;
  clock: Clock;
  logger: Logger;
  events: ScorerEvents;
  table: RequestTable;
  deployments: DeploymentSet;
  retired: RetiredVersions;
  /** The host's operations on versions. */
  operations: Operations;
  /** Hands over to the standby if the primary cannot answer. */
  failover: Failover;
  monitor: Monitor;
  /** Counts that belong to no version, see `compose`. */
  unrouted: VersionStats;
  hostLoad: HostLoad;
  /** The data that live pages need. */
  page: PageHook;
  /** Where decisions go to be recorded. */
  log: DecisionLog;
  /** Where those who record find it. */
  records: RecordsHook;
  latencyBuckets: LatencyBuckets;
  admission: Admission;
  columns: ColumnScoring;
  deadlines: DeadlineWheel;
  /** What is known of the GPUs' memory. */
  gpuMemory: GpuMemory;
  /** Whether new work is refused. */
  door: Door;
  /** Told when something has left a queue or was settled. */
  changes: Waiters;
  /** Tracing of requests and batches. */
  traces: Traces;
  onFault: FaultReport;
  /** When it began to serve, on the monotonic clock, in ms. */
  startedAt: number;
  /** The same in milliseconds since the epoch. Read once, because the two clocks drift apart. */
  startedAtEpochMs: number;
}

/**
 * Creates the parts of a scorer in the order of their dependencies. Nothing runs before the deployment is started.
 *
 * @throws {InvalidOptionsError} if no machine can allocate that much memory in one piece.
 * @throws {OutOfResourcesError} if this machine cannot.
 */
export function compose(
  options: ResolvedOptions,
  directory: ModelDirectory,
  bareClock: Clock,
  gpuMemory: GpuMemory,
): Parts {
  const logger = containedLogger(options.logger, bareClock);
  const onFault: FaultReport = (error) => logger.error('A part of the scorer failed', describeFault(error));
  const clock = containedClock(bareClock, onFault);
  const events = new ScorerEvents((event, error) => {
    logger.error(`A listener of '${event}' failed`, describeFault(error));
  });
  const door = new Door();
  const changes = new Waiters();
  const traces = new Traces(onFault);
  const table = tableFor(options, directory);
  const copies = new Copies(table, new CopyBudget(clock, loopIdleMs, mostCopied), onFault);
  const deployments = new DeploymentSet(new Router(options.routingSalt ?? directory.manifest.name), copies);
  const retired = new RetiredVersions((version) => deployments.find(version) !== null);
  const deadlines = new DeadlineWheel(table, clock, (row) => deployments.of(table, row).expire(row));
  const log = new DecisionLog(clock);
  const copyNumber = (row: number): number => copies.numberOf(table.copy[row] as number);
  const settler = new Settler({
    clock,
    table,
    deadlines,
    fallback: options.fallback,
    events,
    copies,
    experiments: deployments.experiments,
    traces,
    log: new FallbackLog({
      ...{ log, table, copyNumber },
      versionOfRow: (row) => deployments.of(table, row).log,
      versionOf: (version) => deployments.find(version)?.log ?? null,
    }),
    onFallbackFailure: (reason) => logger.error('The fallback gave no decision', { reason }),
  });
  const outcomes = new OutcomeStore(clock, options.outcomes);
  // Counts that belong to no version: refusals before a version is chosen, and rows of `scoreColumns` that callers sent to shadows.
  const unrouted = new VersionStats('', clock, outcomes);
  const monitor = new Monitor({
    clock,
    alerts: options.alerts,
    sources: alertSources(
      deployments,
      () => failover.message,
      () => log.counts.message,
    ),
    targetLatencyMs: options.batching.targetLatencyMs,
    maxQueueSize: options.maxQueueSize,
    outcomes,
    versions: () => [...deployments.all.map(({ stats }) => stats), ...retired.counted, unrouted],
    labelsOf: (version) =>
      version === undefined ? null : (deployments.find(version)?.stats.labels ?? retired.labelsOf(version)),
    onAlert: (alert) => {
      logger.warn(alert.message, { rule: alert.rule, severity: alert.severity, ...versionOf(alert) });
      outsideOfRequests(() => events.emit('alert', alert));
      traces.alert('raised', alert);
    },
    onAlertCleared: (alert) => {
      logger.info(`Cleared: ${alert.message}`, { rule: alert.rule, ...versionOf(alert) });
      outsideOfRequests(() => events.emit('alertCleared', alert));
      traces.alert('cleared', alert);
    },
    onHostRuleFailure: (rule, reason) => logger.error('An alert rule of the host failed', { rule, reason }),
    onFault,
  });
  const lookNow = (): void => monitor.lookNow();
  const { operations, failover } = composeVersions(options, directory, {
    ...{ clock, table, settler, deployments, retired, outcomes, changes, door, events, traces, logger, onFault },
    ...{ unrouted, gpuMemory, log, copyNumber, copies },
    knownNames: new KnownNames(),
    memoryPool: new MemoryPool(),
    observerOf: (version) => servingObserver({ logger, events, deployments, lookNow }, version),
    onExplanationFailure: (reason) => logger.error('A score could not be explained', { reason }),
    onDecideFailure: (reason) => logger.error(`The policy decided in place of the host: ${reason}`, { reason }),
    onPolicyNote: (note) => logger.warn(note),
  });
  log.bytesToCome = () => deployments.recordBytesToCome;
  log.isIdle = () => deployments.answering.every(({ batcher }) => batcher.inFlight === 0);
  const admission = new Admission({
    clock,
    table,
    deadlines,
    settler,
    changes,
    deployments,
    copies,
    unrouted,
    onAborted: (row, error) => deployments.of(table, row).giveUp(row, error),
    maxQueueSize: options.maxQueueSize,
    timeoutMs: options.timeoutMs,
    keepsRequests: typeof options.fallback === 'function' || options.decide !== undefined,
    door,
    events,
    traces,
    onFault,
  });
  const columns = new ColumnScoring({
    clock,
    versions: deployments,
    unrouted,
    isClosed: () => door.isClosed,
    onFault,
  });
  return {
    ...{
      options,
      clock,
      logger,
      events,
      table,
      deployments,
      retired,
      operations,
      failover,
      monitor,
      unrouted,
      admission,
      columns,
      deadlines,
      gpuMemory,
      door,
      changes,
    },
    hostLoad: new HostLoad(bareClock),
    latencyBuckets: new LatencyBuckets(options.metrics.latencyBucketsMs),
    page: new PageHook(options.alerts, onFault),
    ...{ log, records: new RecordsHook(log, logger, door) },
    ...{ traces, onFault, startedAt: clock.now(), startedAtEpochMs: clock.epochMs() },
  };
}

/** The version that an alert is about, for the log. */
function versionOf({ version }: Alert): { version?: string } {
  return version === null ? {} : { version };
}

/** @throws what `compose` throws. */
function tableFor({ maxQueueSize, workers, batching }: ResolvedOptions, { manifest }: ModelDirectory): RequestTable {
  // Versions that start or end meanwhile need a few more rows. If all are taken, the queue counts as full.
  const rows = maxQueueSize + rowsInFlight(workers + 1, batching.maxBatchSize) + maxExplanations;
  const { features, stride } = rowLayoutOf(manifest.inputs);
  // Allocate the features first: if there is no room for them, the table is useless.
  const received = `${rows} rows of ${features} features, in batches of ${batching.maxBatchSize}`;
  return allocate(received, rows * stride, () => new RequestTable(rows));
}
