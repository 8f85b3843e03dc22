import type { DeploymentSummary } from '../api/deployment.js';
import { WorkerLostError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { Waiters } from '../requests/waiters.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { RetiredVersions } from './retired-versions.js';
import type { Shadow } from './shadow/shadow.js';
import { versionSummary } from './summaries.js';

/** How often to look whether a version has answered all that it was given. */
const pollMs = 5;

/**
 * How long a version that ends may have no worker, in ms: one that died is replaced sooner, also on a machine that is busy. Where workers die
 * again and again, the next would too.
 */
const noWorkersMs = 3_000;
const noWorkersAfterDeathsMs = 300;
const deaths = 2;

/** What a version that drains waits for. */
interface DrainOptions {
  /** Whether to stop where it has had no worker for a while. */
  endsWithoutWorkers: boolean;
}

export interface RetirementOptions {
  clock: Clock;
  deployments: DeploymentSet;
  retired: RetiredVersions;
  /** How long a version may take to answer what it was given, in ms. */
  timeoutMs: number;
  changes: Waiters;
  /** How far a canary came. */
  canaryOf: (deployment: Deployment) => Pick<DeploymentSummary, 'canary'>;
}

/** Brings versions that answer nothing new to their end. */
export class Retirement {
  readonly #options: RetirementOptions;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Resolves once a version that gets nothing new has answered what it was given, or its time for that is over. */
  async drain(deployment: Deployment): Promise<void> {
    await this.#drained(deployment, { endsWithoutWorkers: false });
  }

  /** @returns null once it has answered what it was given; else why that is not waited for any more. */
  async #drained(deployment: Deployment, { endsWithoutWorkers }: DrainOptions): Promise<string | null> {
    const { clock, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    let readyAt = clock.now();
    const lostBefore = deployment.workers.lost;
    // A request may be on its way in, whose reading had the host's code run that retires the version.
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
   * Ends a version that has no role any more: it answers what it was given, within its time, and its workers end. What it can't answer
   * gets the fallback's decision, or an error: at once where it has no worker, as the worker that would come may die like the one before.
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
