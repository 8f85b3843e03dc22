import { Settler } from './answering/settler.js';
import type { DeploymentEvent } from './api/events.js';
import type { Logger } from './api/logger.js';
import { Canaries } from './deployments/canary/canaries.js';
import { Deploying, type NewVersion } from './deployments/deploying.js';
import { Deployment } from './deployments/deployment.js';
import type { DeploymentParts } from './deployments/deployment-options.js';
import type { DeploymentSet } from './deployments/deployment-set.js';
import { Failover } from './deployments/failover.js';
import type { GpuMemory } from './deployments/gpu-memory.js';
import { Loader } from './deployments/loader.js';
import { Operations } from './deployments/operations.js';
import type { RetiredVersions } from './deployments/retired-versions.js';
import { Retirement } from './deployments/retirement.js';
import { Roles } from './deployments/roles.js';
import { rowsInFlight } from './deployments/rows-in-flight.js';
import type { WorkersObserver } from './deployments/serving-workers.js';
import { type Copies, mostCopied } from './deployments/shadow/copies.js';
import { shadowLimits, shadowObserver } from './deployments/shadow/limits.js';
import { Shadow } from './deployments/shadow/shadow.js';
import { canaryOf } from './deployments/summaries.js';
import { Workforce } from './deployments/workforce.js';
import { outsideOfRequests } from './host/async-context.js';
import type { ScorerEvents } from './host/events.js';
import { contained } from './host/faults.js';
import type { ModelDirectory } from './models/model-directory.js';
import type { OutcomeStore } from './monitoring/labels/outcomes.js';
import { ShadowStats } from './monitoring/shadow/shadow-stats.js';
import { VersionStats } from './monitoring/version-stats.js';
import type { ResolvedOptions } from './options.js';
import type { Door } from './requests/door.js';
import { RequestTable } from './requests/request-table.js';
import { DeadlineWheel } from './scheduling/deadline-wheel.js';

/** The parts that the versions of a scorer share. */
export interface SharedParts extends Omit<DeploymentParts, 'stats' | 'columnStats' | 'workers' | 'mayRun' | 'roleOf'> {
  /** The requests that shadows have copies of. */
  copies: Copies;
  /** Gets the events of a version's workers. */
  observerOf: (version: string) => WorkersObserver;
  /** Counts calls of `scoreColumns` that callers sent to shadows. */
  unrouted: VersionStats;
  deployments: DeploymentSet;
  retired: RetiredVersions;
  outcomes: OutcomeStore;
  door: Door;
  gpuMemory: GpuMemory;
  events: ScorerEvents;
  logger: Logger;
}

/** Creates the first version, and the parts that create, change and end others. */
export function composeVersions(
  options: ResolvedOptions,
  directory: ModelDirectory,
  shared: SharedParts,
): { operations: Operations; failover: Failover } {
  const { clock, deployments, retired, outcomes, changes, door, events, gpuMemory, logger, onFault } = shared;
  const optionsOf = (version: NewVersion) => ({
    ...{ ...options, ...version, clock },
    isBesideOthers: deployments.all.length > 0,
    inBackground: false,
    mostWorkers: Math.max(options.workers, version.workers),
    policy: { ...deployments.hostPolicy, ...version.policy },
  });
  const statsOf = ({ manifest }: ModelDirectory): VersionStats => new VersionStats(manifest.version, clock, outcomes);
  const make = (directory: ModelDirectory, version: NewVersion): Deployment =>
    new Deployment(deployments.nextIndex, directory, optionsOf(version), {
      ...shared,
      stats: statsOf(directory),
      workers: shared.observerOf(directory.manifest.version),
      mayRun: () => shared.log.mayRun(),
      roleOf: (deployment) => (deployment === deployments.primary ? 'primary' : 'challenger'),
      onEmpty: () => {
        if (deployments.copies.isActive) deployments.copies.resume();
      },
    });

  /** A shadow has its own request table, deadlines and settler, because the result of a copy never reaches a caller. */
  const makeShadow = (directory: ModelDirectory, version: NewVersion, sample: number): Shadow => {
    const batching = shadowLimits(options.batching);
    const table = new RequestTable(rowsInFlight(version.workers, batching.maxBatchSize) + mostCopied);
    let deployment: Deployment | null = null;
    const deadlines = new DeadlineWheel(table, clock, (row) => deployment?.expire(row));
    const silent = { decisionListeners: 0, emit: () => {} };
    const settler = new Settler({
      ...{ clock, table, deadlines, fallback: 'throw', events: silent },
      onFallbackFailure: () => {},
    });
    deployment = new Deployment(
      0,
      directory,
      // The host's function `decide` may have side effects, so shadows do not call it.
      {
        ...optionsOf(version),
        batching,
        explain: false,
        decide: undefined,
        inBackground: true,
        mostWorkers: version.workers,
      },
      {
        ...{ ...shared, table, settler, stats: statsOf(directory), columnStats: shared.unrouted, traces: undefined },
        // Of other sizes than the others' memory, which it would drive out.
        memoryPool: undefined,
        workers: shadowObserver(logger, directory),
        mayRun: () => deployments.waiting === 0 && shared.log.mayRun(),
        roleOf: () => 'shadow',
        copyNumber: (row) => shared.copies.numberOf(table.place[row] as number),
      },
    );
    return new Shadow({
      ...{ clock, deployment, table, deadlines, sample, timeoutMs: options.timeoutMs },
      stats: new ShadowStats(),
      copies: deployments.copies,
      // The host is behind with its work, and each copy would delay it further. A long list at a quiet time does not count.
      isUnderPressure: () => deployments.waiting > options.batching.maxBatchSize && deployments.isBusy,
    });
  };

  deployments.patchPolicy(options.policy);
  const first = make(directory, { policy: {}, workers: options.workers, workersGiven: null });
  deployments.add(first);
  deployments.setPrimary(first);

  const workforce = new Workforce({
    clock,
    workers: options.workers,
    versions: () => deployments.all.map((deployment) => ({ deployment, share: deployments.trafficOf(deployment) })),
    onFault,
  });
  const untold: DeploymentEvent[] = [];
  const tell = (change: Omit<DeploymentEvent, 'at'>): void => {
    logger.info('A version changed', { ...change });
    // A listener may cause the next event. Every listener must get this event first.
    if (untold.push({ ...change, at: clock.epochMs() }) > 1) return;
    for (let event = untold[0]; event !== undefined; event = untold[0]) {
      const next = event;
      // Remove it in any case: an event that stayed here would block all later ones.
      contained(() => outsideOfRequests(() => events.emit('deployment', next)), onFault);
      untold.shift();
    }
  };
  const retirement = new Retirement({
    ...{ clock, deployments, retired, timeoutMs: options.timeoutMs, changes },
    canaryOf: (deployment) => {
      const last = canaryOf(canaries, deployment);
      canaries.forget(deployment);
      return last;
    },
  });
  const { keepPreviousMs, startTimeoutMs } = options;
  const roles = new Roles({ clock, deployments, retirement, workforce, keepPreviousMs, tell, onFault });
  const canaries = new Canaries({
    ...{ clock, deployments, roles, onFault },
    onGateFailure: (version, reason) => logger.error("A canary's gate failed", { version, reason }),
  });
  const loader = new Loader(clock, startTimeoutMs);
  const deploying = new Deploying({
    ...{ deployments, loader, retirement, workforce, roles, canaries, door, tell, onFault },
    listGpus: () => gpuMemory.list(),
    make: (directory, version, role) => {
      if (role.kind !== 'shadow') return { deployment: make(directory, version), shadow: null };
      const shadow = makeShadow(directory, version, role.sample);
      return { deployment: shadow.deployment, shadow };
    },
  });
  const { maxErrorRate } = options.alerts.thresholds;
  const failover = new Failover({ clock, deployments, roles, maxErrorRate, onFault });
  const operations = new Operations({
    ...{ deployments, retired, loader, deploying, retirement, roles, canaries, failover, door, tell },
  });
  return { operations, failover };
}
