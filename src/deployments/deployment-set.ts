import type { DecisionPolicy } from '../api/policy.js';
import type { WorkersSeen } from '../monitoring/alert-rules.js';
import type { RequestTable } from '../requests/request-table.js';
import type { Deployment } from './deployment.js';

/** The versions that a scorer holds, each under an index that is its requests' in the request table. For now there is one. */
export class DeploymentSet {
  readonly #all: Deployment[] = [];

  get all(): readonly Deployment[] {
    return this.#all;
  }

  /** The version that answers whatever is not said to be another's. */
  get primary(): Deployment {
    return this.at(0);
  }

  /** @throws {Error} where there is no such version. */
  at(index: number): Deployment {
    const deployment = this.#all[index];
    if (deployment === undefined) throw new Error(`there is no deployment ${index}`);
    return deployment;
  }

  /** The version that answers a row's request. */
  of(table: RequestTable, row: number): Deployment {
    return this.at(table.version[row] as number);
  }

  /** The index that the next version gets. */
  get nextIndex(): number {
    return this.#all.length;
  }

  add(deployment: Deployment): void {
    this.#all.push(deployment);
  }

  /** The version that answers a request. */
  route(): Deployment {
    return this.primary;
  }

  /** Requests that wait for a worker, of any version. */
  get waiting(): number {
    let waiting = 0;
    for (const { batcher } of this.#all) waiting += batcher.waiting;
    return waiting;
  }

  /** Since when, on the monotonic clock, there have always been requests waiting for some version; null where none wait. */
  get waitingSince(): number | null {
    let since: number | null = null;
    for (const { batcher } of this.#all) {
      if (batcher.waitingSince !== null) since = Math.min(since ?? batcher.waitingSince, batcher.waitingSince);
    }
    return since;
  }

  /** The workers of all versions, at this moment. */
  get workersSeen(): WorkersSeen {
    const seen = { ready: 0, configured: 0, troubled: 0, problem: null as string | null };
    for (const { workers } of this.#all) {
      seen.ready += workers.ready;
      seen.configured += workers.configured;
      seen.troubled += workers.troubled;
      seen.problem ??= workers.problem;
    }
    return seen;
  }

  patchPolicy(patch: Partial<DecisionPolicy>): void {
    for (const { policy } of this.#all) policy.patch(patch);
  }

  /** @returns whether all workers could be ended. */
  async release(): Promise<boolean> {
    const released = await Promise.all(this.#all.map((deployment) => deployment.release()));
    return released.every((isReleased) => isReleased);
  }
}
