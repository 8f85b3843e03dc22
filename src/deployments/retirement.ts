import { WorkerLostError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import type { Waiters } from '../requests/waiters.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { RetiredVersions } from './retired-versions.js';
import { versionSummary } from './summaries.js';

/** How often to look whether a version has answered all that it was given. */
const pollMs = 5;

export interface RetirementOptions {
  clock: Clock;
  deployments: DeploymentSet;
  retired: RetiredVersions;
  /** How long a version may take to answer what it was given, in ms. */
  timeoutMs: number;
  changes: Waiters;
}

/** Brings versions that answer nothing new to their end. */
export class Retirement {
  readonly #options: RetirementOptions;

  constructor(options: RetirementOptions) {
    this.#options = options;
  }

  /** Resolves once a version that gets nothing new has answered what it was given, or its time for that is over. @returns whether it has. */
  async drain(deployment: Deployment): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    while (!deployment.isDrained) {
      if (clock.now() >= deadline) return false;
      await new Promise<void>((resolve) => clock.background(pollMs, resolve));
    }
    return true;
  }

  /** Ends a version that has no role any more: it answers what it was given, within its time, and its workers end. */
  async retire(deployment: Deployment): Promise<void> {
    const { deployments } = this.#options;
    const shadow = deployments.shadowOf(deployment);
    shadow?.end();
    await deployments.leave(deployment, this.#retire(deployment, shadow !== null));
  }

  /** @returns whether all its workers could be ended. */
  async #retire(deployment: Deployment, isShadow: boolean): Promise<boolean> {
    const { deployments, retired, changes } = this.#options;
    if (!(await this.drain(deployment))) {
      const late = (): WorkerLostError => new WorkerLostError('The version was retired, and did not answer in time');
      deployment.giveUpRequests(late);
      deployment.columns.giveUpAll(late);
    }
    const summary = { ...versionSummary(deployment), role: 'retired', traffic: 0 } as const;
    deployments.remove(deployment);
    retired.add(summary, deployment.stats, !isShadow);
    changes.tell();
    return deployment.release();
  }
}
