import type { Clock } from '../../../../host/clock.js';
import type { Buckets } from '../buckets.js';
import { readDesired, writeDesired } from '../desired-entry.js';
import { readReports } from '../read-reports.js';
import { type FleetState, liveCanary } from '../state/fleet-state.js';
import { FleetCanaryLook } from './fleet-canary.js';
import type { Lease } from './lease.js';
import { afterReports } from './rollout-verdict.js';

export interface LeaderOptions {
  buckets: Buckets;
  keys: { desired: string; nodes: string };
  lease: Lease;
  clock: Clock;
}

/** Writes the next state of a roll-out or canary, if this node has the lead. */
export class Leader {
  readonly #options: LeaderOptions;
  readonly #canary = new FleetCanaryLook();
  #leads = false;

  constructor(options: LeaderOptions) {
    this.#options = options;
  }

  /** Whether this node had the lead at the last look. */
  get leads(): boolean {
    return this.#leads;
  }

  /** Call it about once a second, never twice at the same time. @param known the state as this node knows it. */
  async look(known: FleetState): Promise<void> {
    const { lease } = this.#options;
    if (!hasWork(known)) {
      if (this.#leads) await this.leave();
      return;
    }
    this.#leads = false;
    try {
      this.#leads = await lease.hold();
    } finally {
      if (!this.#leads) this.#canary.forget();
    }
    if (this.#leads) await this.#lookAtFleet();
  }

  async leave(): Promise<void> {
    this.#leads = false;
    this.#canary.forget();
    await this.#options.lease.leave();
  }

  async #lookAtFleet(): Promise<void> {
    const { buckets, keys, clock } = this.#options;
    const reports = await readReports(buckets, keys.nodes);
    // Read after the lead was confirmed, and written by compare-and-set: if the lead moves meanwhile, the write fails.
    const entry = await readDesired(buckets.desired, keys.desired);
    if ('problem' in entry) return;
    const { state, revision } = entry;
    const isRolling = state.rollout?.state === 'loading';
    // A canary is not judged before all nodes have it.
    if (isRolling) this.#canary.forget();
    const next = isRolling ? afterReports(state, revision, reports) : this.#canary.look(clock.now(), state, reports);
    if (next === state) return;
    const written = await writeDesired(buckets.desired, keys.desired, next, revision).catch((error: unknown) => {
      this.#canary.forget();
      throw error;
    });
    if (written === null) this.#canary.forget();
  }
}

function hasWork(state: FleetState): boolean {
  return state.rollout?.state === 'loading' || liveCanary(state) !== null;
}
