import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../../../../api/logger.js';
import { fleetHookOf } from '../../../../fleet/fleet-hook.js';
import { outsideOfRequests } from '../../../../host/async-context.js';
import { asyncDispose } from '../../../../host/async-dispose.js';
import type { Clock, Timer } from '../../../../host/clock.js';
import { describeFault } from '../../../../host/faults.js';
import { type Buckets, keysOf } from '../buckets.js';
import { type DesiredEntry, followable, type InvalidEntry } from '../desired-entry.js';
import { Leader } from '../lead/leader.js';
import { Lease } from '../lead/lease.js';
import { findModel } from '../models/model-source.js';
import { encodeReport, type NodeReport } from '../node-report.js';
import { emptyState, type FleetState, liveCanary, primariesOf } from '../state/fleet-state.js';
import type { DeploymentFollower, FollowerState } from './deployment-follower.js';
import { DesiredWatch } from './desired-watch.js';
import { logFollowed } from './follow-log.js';
import type { ResolvedFollowOptions } from './follow-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import { Obedience } from './obedience.js';
import { SameId } from './same-id.js';

/** The most time for taking the report away, in ms. */
const leaveMs = 2_000;

export interface FollowerParts {
  scorer: FollowedScorer;
  connection: NatsConnection;
  buckets: Buckets;
  options: ResolvedFollowOptions;
  logger: Logger;
  clock: Clock;
}

export class Follower implements DeploymentFollower {
  readonly id: string;
  readonly done: Promise<void>;
  readonly #parts: FollowerParts;
  readonly #keys: ReturnType<typeof keysOf>;
  readonly #incarnation = randomUUID();
  readonly #obedience: Obedience;
  readonly #watch: DesiredWatch;
  readonly #leader: Leader;
  readonly #sameId: SameId;
  readonly #timer: Timer;
  #desired: FleetState = emptyState;
  #revision: number | null = null;
  #refused = 0;
  /** The problem of the newest entry; null if it is a state. */
  #problem: string | null = null;
  #told: string | null = null;
  #current: Promise<void> | null = null;
  #isDirty = false;
  #stopping: Promise<void> | null = null;
  #waiting: (() => void)[] = [];
  #end: () => void = () => {};

  constructor(parts: FollowerParts) {
    const { scorer, connection, buckets, options, clock } = parts;
    this.#parts = parts;
    this.id = options.id ?? this.#incarnation;
    this.#keys = keysOf(options.name);
    this.done = new Promise((resolve) => {
      this.#end = resolve;
    });
    const hook = fleetHookOf(scorer);
    if (hook === null) throw new Error('the scorer has no hook for a fleet');
    this.#obedience = new Obedience({
      scorer,
      hook,
      clock,
      find: (version) => findModel(options.models, version, connection, clock),
      onChange: () => this.#changed(),
      onClosed: () => void this.stop(),
    });
    this.#watch = new DesiredWatch({
      kv: buckets.desired,
      key: this.#keys.desired,
      onEntry: (entry) => this.#take(entry),
      onFault: (error) => this.#fault(error),
    });
    this.#sameId = new SameId({ id: this.id, incarnation: this.#incarnation, logger: parts.logger });
    const lease = new Lease(buckets.nodes, this.#keys.lead, this.id);
    this.#leader = new Leader({ buckets, keys: this.#keys, lease, clock, logger: parts.logger });
    this.#timer = clock.every(options.everyMs, () => this.#tick());
    this.#tick();
  }

  state(): FollowerState {
    return { ...this.#report(), leads: this.#leader.leads };
  }

  async caughtUp(): Promise<void> {
    while (!this.#isThere && this.#stopping === null) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  stop(): Promise<void> {
    this.#stopping ??= outsideOfRequests(() => this.#stop());
    return this.#stopping;
  }

  [asyncDispose](): Promise<void> {
    return this.stop();
  }

  get #isThere(): boolean {
    if (this.#revision === null) return false;
    return this.#desired.primary === null || this.#obedience.reached === this.#revision;
  }

  #report(): NodeReport {
    const { reached, versions, loading, error } = this.#obedience;
    const refusal =
      this.#problem === null ? null : { version: null, code: 'ERR_INVALID_STATE', message: this.#problem };
    return {
      id: this.id,
      revision: this.#revision ?? 0,
      reached,
      versions,
      loading,
      error: error ?? refusal ?? this.#sameId.error,
      refused: this.#refused,
    };
  }

  #take(given: DesiredEntry | InvalidEntry): void {
    const { logger } = this.#parts;
    const entry = followable(given, this.#desired);
    if ('problem' in entry) {
      this.#refused += 1;
      this.#problem = `revision ${entry.revision} of the fleet's state was refused: ${entry.problem}`;
      logger.error('Fleet: the desired state is not valid; the node serves on', {
        revision: entry.revision,
        problem: entry.problem,
      });
      this.#changed();
      return;
    }
    this.#problem = null;
    logFollowed(logger, this.#desired, entry);
    this.#revision = entry.revision;
    this.#desired = entry.state;
    this.#obedience.want(entry.state, entry.revision);
    this.#changed();
  }

  /** Reports soon, and tells those who wait. */
  #changed(): void {
    this.#isDirty = true;
    const { error } = this.#obedience;
    const print = error === null ? null : JSON.stringify(error);
    if (print !== this.#told && error !== null)
      this.#parts.logger.warn(`Fleet: ${error.message}`, { code: error.code, version: error.version });
    this.#told = print;
    for (const wake of this.#waiting.splice(0)) wake();
    this.#parts.clock.soon(() => {
      if (this.#isDirty) this.#run();
    });
  }

  #tick(): void {
    if (this.#parts.connection.isClosed()) {
      void this.stop();
      return;
    }
    this.#obedience.pursue();
    this.#isDirty = true;
    this.#run();
  }

  /** One round at a time: reads, reports, and leads if it has the lead. */
  #run(): void {
    if (this.#stopping !== null || this.#current !== null) return;
    this.#isDirty = false;
    this.#current = outsideOfRequests(() => this.#round())
      .catch((error: unknown) => this.#fault(error))
      .finally(() => {
        this.#current = null;
        // Something has changed since the report was made.
        if (this.#isDirty) this.#run();
      });
  }

  async #round(): Promise<void> {
    await this.#watch.look();
    if (this.#stopping !== null) return;
    await this.#sendReport();
    if (this.#stopping !== null) return;
    await this.#leader.look({ state: this.#desired, revision: this.#revision ?? 0 });
  }

  async #sendReport(): Promise<void> {
    const { buckets, scorer, clock } = this.#parts;
    const key = this.#keys.node(this.id);
    this.#sameId.look(await buckets.nodes.get(key), clock.now());
    const canary = liveCanary(this.#desired);
    const compared = canary === null ? [] : [...primariesOf(this.#desired), canary.version];
    const report = { ...this.#report(), incarnation: this.#incarnation };
    this.#sameId.reported(await buckets.nodes.put(key, encodeReport(report, fleetHookOf(scorer), compared)));
  }

  /** The connection, or the server, has failed. The next round tries again. */
  #fault(error: unknown): void {
    if (this.#stopping !== null) return;
    this.#parts.logger.error('Fleet: NATS did not answer; it is asked again', describeFault(error));
  }

  async #stop(): Promise<void> {
    this.#timer.clear();
    this.#watch.stop();
    this.#obedience.stop();
    for (const wake of this.#waiting.splice(0)) wake();
    if (!this.#parts.connection.isClosed()) {
      const leave = async (): Promise<void> => {
        await this.#current;
        await this.#leader.leave();
        await this.#parts.buckets.nodes.delete(this.#keys.node(this.id));
      };
      // Without a server the entries end by themselves, and the client would wait for it for long.
      await this.#atMost(leave());
    }
    this.#end();
  }

  async #atMost(work: Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.after(leaveMs, resolve);
      work
        .catch(() => {})
        .finally(() => {
          timer.clear();
          resolve();
        });
    });
  }
}
