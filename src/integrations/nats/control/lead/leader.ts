import type { Logger } from '../../../../api/logger.js';
import type { Clock } from '../../../../host/clock.js';
import type { Buckets } from '../buckets.js';
import { type DesiredEntry, followable, readDesired, writeDesired } from '../desired-entry.js';
import type { FullReport } from '../node-report.js';
import { readReports } from '../read-reports.js';
import { type FleetState, liveCanary } from '../state/fleet-state.js';
import { FleetCanaryLook } from './fleet-canary.js';
import { logDecision } from './lead-log.js';
import type { Lease } from './lease.js';
import { afterReports } from './rollout-verdict.js';

const overwritten =
  'Fleet: the canary was aborted. The last valid state was written, without it, over an entry that is not valid';

export interface LeaderOptions {
  buckets: Buckets;
  keys: { desired: string; nodes: string };
  lease: Lease;
  clock: Clock;
  logger: Logger;
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

  /** Call it about once a second, never twice at the same time. @param known the last valid state that this node has read. */
  async look(known: DesiredEntry): Promise<void> {
    const { lease } = this.#options;
    if (!hasWork(known.state)) {
      if (this.#leads) await this.leave();
      return;
    }
    this.#leads = false;
    try {
      this.#leads = await lease.hold();
    } finally {
      if (!this.#leads) this.#canary.forget();
    }
    if (this.#leads) await this.#lookAtFleet(known);
  }

  async leave(): Promise<void> {
    this.#leads = false;
    this.#canary.forget();
    await this.#options.lease.leave();
  }

  async #lookAtFleet(known: DesiredEntry): Promise<void> {
    const { buckets, keys } = this.#options;
    const reports = await readReports(buckets, keys.nodes);
    // Read after the lead was confirmed, and written by compare-and-set: if the lead moves meanwhile, the write fails.
    const entry = followable(await readDesired(buckets.desired, keys.desired), known.state);
    if ('problem' in entry) await this.#lookPast(entry.revision, known, reports);
    else await this.#lookAt(entry, reports);
  }

  async #lookAt({ state, revision }: DesiredEntry, reports: readonly FullReport[]): Promise<void> {
    const judged = this.#canary.look(this.#options.clock.now(), state, reports);
    const next = afterReports(judged, revision, reports);
    if (next === state || !(await this.#write(next, revision))) return;
    logDecision(this.#options.logger, state, next, revision);
  }

  /**
   * Somebody has written something else over the state. All nodes serve on by the last valid state, so its canary still gets requests. It does not
   * advance. If it does harm, the state without it is written over the entry, because the harm would go on until a person mends the entry.
   */
  async #lookPast(revision: number, known: DesiredEntry, reports: readonly FullReport[]): Promise<void> {
    // Another node has read a later state. It may lead.
    if (reports.some((report) => report.revision > known.revision)) return this.leave();
    const next = this.#canary.look(this.#options.clock.now(), known.state, reports, true);
    if (next === known.state || !(await this.#write(next, revision))) return;
    const facts = { revision, version: next.canary?.version, reason: next.canary?.reason };
    this.#options.logger.warn(overwritten, facts);
  }

  /** @returns whether it was written. If not, somebody else has written, and the canary's step begins again. */
  async #write(state: FleetState, revision: number): Promise<boolean> {
    const { buckets, keys } = this.#options;
    let isWritten = false;
    try {
      isWritten = (await writeDesired(buckets.desired, keys.desired, state, revision)) !== null;
    } finally {
      if (!isWritten) this.#canary.forget();
    }
    return isWritten;
  }
}

function hasWork(state: FleetState): boolean {
  return state.rollout?.state === 'loading' || liveCanary(state) !== null;
}
