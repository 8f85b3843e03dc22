import type { DeploymentSummary } from '../api/deployment.js';
import { WorkerLostError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { Waiters } from '../requests/waiters.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { RetiredVersions } from './retired-versions.js';
import type { Shadow } from './shadow/shadow.js';
import { versionSummary } from './summaries.js';

/** How often to check whether a version has answered all its requests. */
const pollMs = 5;

/**
 * How long a draining version may have no worker, in ms. A worker that died is normally replaced sooner, even on a busy machine. If workers
 * die again and again, the next one would die too.
 */
const noWorkersMs = 3_000;
const noWorkersAfterDeathsMs = 300;
const deaths = 2;

/** Options of a drain. */
interface DrainOptions {
  /** Whether to stop if the version has had no worker for a while. */
  endsWithoutWorkers: boolean;
}

export interface RetirementOptions {
  clock: Clock;
  deployments: DeploymentSet;
  retired: RetiredVersions;
  /** How long a version may take to answer its requests, in ms. */
  timeoutMs: number;
  changes: Waiters;
  /** The progress of a canary. */
  canaryOf: (deployment: Deployment) => Pick<DeploymentSummary, 'canary'>;
}

/** Ends versions that get no more requests. */
export class Retirement {
  readonly #options: RetirementOptions;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Resolves when a version has answered its requests, or when its time is over. */
  async drain(deployment: Deployment): Promise<void> {
    await this.#drained(deployment, { endsWithoutWorkers: false });
  }

  /** @returns null if it has answered its requests; else why the wait ended. */
  async #drained(deployment: Deployment, { endsWithoutWorkers }: DrainOptions): Promise<string | null> {
    const { clock, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    let readyAt = clock.now();
    const lostBefore = deployment.workers.lost;
    // A request may be on its way in: reading it may have run the host code that retires this version.
    await new Promise<void>((resolve) => clock.soon(resolve));
    while (!deployment.isDrained) {
      const now = clock.now();
      if (now >= deadline) return 'did not answer in time';
      if (deployment.workers.ready > 0) readyAt = now;
      const patienceMs = deployment.workers.lost - lostBefore >= deaths ? noWorkersAfterDeathsMs : noWorkersMs;
      if (endsWithoutWorkers && now - readyAt >= patienceMs) return 'had no worker left to answer';
      await new Promise<void>((resolve) => clock.after(pollMs, resolve));
    }
    return null;
  }

  /**
   * Ends a version that has no role any more. It answers its requests within its time, then its workers end. Requests that it cannot answer
   * get the fallback's decision or an error. This happens at once if it has no worker, because a new worker may die like the one before.
   */
  async retire(deployment: Deployment): Promise<void> {
    const { deployments } = this.#options;
    const shadow = deployments.shadowOf(deployment);
    shadow?.end();
    await deployments.leave(deployment, this.#retire(deployment, shadow));
  }

  /** @returns whether all its workers could be ended. */
  async #retire(deployment: Deployment, shadow: Shadow | null): Promise<boolean> {
    const { deployments, retired, changes, canaryOf } = this.#options;
    const obstacle = await this.#drained(deployment, { endsWithoutWorkers: true });
    if (obstacle !== null) {
      const unanswered = (): WorkerLostError => new WorkerLostError(`The version was retired, and ${obstacle}`);
      deployment.giveUpRequests(unanswered);
      deployment.columns.giveUpAll(unanswered);
    }
    const summary = {
      ...{ ...versionSummary(deployment), role: 'retired' as const, traffic: 0 },
      ...(shadow === null ? {} : { shadow: shadow.stats.snapshot() }),
      ...canaryOf(deployment),
    };
    deployments.remove(deployment);
    retired.add(summary, deployment, shadow === null);
    changes.tell();
    const isReleased = await deployment.release();
    // A request that was given up, or a worker that was left behind, may touch it yet.
    if (isReleased && obstacle === null) deployment.leaveMemory();
    return isReleased;
  }
}
