import type { Clock } from '../host/clock.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { Deployment } from './deployment.js';
import { workersByShare } from './worker-shares.js';

/** How often to check whether new workers are ready. */
const pollMs = 20;

/** The longest time for which old workers wait for new ones. */
const patienceMs = 30_000;

export interface WorkforceOptions {
  clock: Clock;
  /** The scorer's number of workers. */
  workers: number;
  /** The versions that have workers, with their shares of the traffic. */
  versions: () => readonly { deployment: Deployment; share: number }[];
  onFault: FaultReport;
}

/** Gives each version its number of workers. */
export class Workforce {
  readonly #options: WorkforceOptions;
  /** Counts the changes. Only the latest change goes on after a wait. */
  #changes = 0;

  constructor(options: WorkforceOptions) {
    this.#options = options;
  }

  /** The number of workers for a new version. */
  countFor(share: number, given: number | null): number {
    return workersByShare([{ share, given }], this.#options.workers)[0] ?? 1;
  }

  /** Call this when shares have changed. New workers start first. Old ones end when the new ones are ready. */
  adapt(): void {
    this.#changes += 1;
    watched(this.#adapt(this.#changes), this.#options.onFault);
  }

  async #adapt(change: number): Promise<void> {
    const { clock, versions } = this.#options;
    const wanted = versions().map(({ deployment, share }) => ({
      deployment,
      count: this.countFor(share, deployment.workersGiven),
    }));
    const grown = wanted.filter(({ deployment, count }) => deployment.workers.configured < count);
    for (const { deployment, count } of grown) deployment.workers.resize(count);
    const deadline = clock.now() + patienceMs;
    while (grown.some(({ deployment: { workers } }) => workers.ready < workers.configured)) {
      if (clock.now() > deadline) break;
      await new Promise<void>((resolve) => clock.background(pollMs, resolve));
      if (change !== this.#changes) return;
    }
    for (const { deployment, count } of wanted) {
      if (deployment.workers.configured > count) deployment.workers.resize(count);
    }
  }
}
