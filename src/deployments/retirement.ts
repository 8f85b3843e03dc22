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

  /** Resolves once a version that gets nothing new has answered what it was given, or its time for that is over. @returns whether it has. */
  async drain(deployment: Deployment): Promise<boolean> {
    const { clock, timeoutMs } = this.#options;
    const deadline = clock.now() + timeoutMs;
    // A request may be on its way in, whose reading had the host's code run that retires the version.
    await new Promise<void>((resolve) => clock.soon(resolve));
    while (!deployment.isDrained) {
      if (clock.now() >= deadline) return false;
      await new Promise<void>((resolve) => clock.after(pollMs, resolve));
    }
    return true;
  }

  /** Ends a version that has no role any more: it answers what it was given, within its time, and its workers end. */
  async retire(deployment: Deployment): Promise<void> {
    const { deployments } = this.#options;
    const shadow = deployments.shadowOf(deployment);
    shadow?.end();
    await deployments.leave(deployment, this.#retire(deployment, shadow));
  }

  /** @returns whether all its workers could be ended. */
  async #retire(deployment: Deployment, shadow: Shadow | null): Promise<boolean> {
    const { deployments, retired, changes, canaryOf } = this.#options;
    if (!(await this.drain(deployment))) {
      const late = (): WorkerLostError => new WorkerLostError('The version was retired, and did not answer in time');
      deployment.giveUpRequests(late);
      deployment.columns.giveUpAll(late);
    }
    const summary = {
      ...{ ...versionSummary(deployment), role: 'retired' as const, traffic: 0 },
      ...(shadow === null ? {} : { shadow: shadow.stats.snapshot() }),
      ...canaryOf(deployment),
    };
    deployments.remove(deployment);
    retired.add(summary, deployment, shadow === null);
    changes.tell();
    return deployment.release();
  }
}
