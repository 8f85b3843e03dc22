import type { DeploymentEvent } from '../../../../api/events.js';
import type { FleetHook } from '../../../../fleet/fleet-hook.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';
import type { FoundModel } from '../models/model-source.js';
import type { LiveDeployment, NodeError } from '../node-report.js';
import { emptyState, type FleetState, type FleetVersion } from '../state/fleet-state.js';
import { policyOf } from '../state/policy-of.js';
import { type Wanted, wantedOf } from '../state/wanted.js';
import { bringVersion } from './bring-version.js';
import { FailoverHold } from './failover-hold.js';
import { describeError } from './follow-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import { KnownVersions } from './known-versions.js';
import { type Action, nextAction } from './next-action.js';

/** What failed is tried again after this time, which doubles each time. */
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/** An object store that does not answer is no reason to stop a roll-out before so many tries. */
const patience = 3;

/** More actions in one turn mean that the scorer does not do what it is told. */
const mostActions = 32;

export interface ObedienceOptions {
  scorer: FollowedScorer;
  /** What else a fleet reads and sets of the scorer. */
  hook: Pick<FleetHook, 'models' | 'setPolicies'>;
  clock: Clock;
  /** The files of a version. Rejects if the node does not have it. */
  find: (version: FleetVersion) => Promise<FoundModel>;
  /** Something that is reported has changed. */
  onChange: () => void;
  /** The scorer is closed. */
  onClosed: () => void;
}

/** Makes a scorer serve what is wanted. What was wanted last counts. One version is loaded at a time; all else takes effect at once. */
export class Obedience {
  readonly #options: ObedienceOptions;
  readonly #known: KnownVersions;
  readonly #hold = new FailoverHold();
  #state: FleetState = emptyState;
  #wanted: Wanted | null = null;
  #revision = 0;
  #loading: FleetVersion | null = null;
  #error: NodeError | null = null;
  #tries = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #reached: number | null = null;
  #isActing = false;
  #isStopped = false;

  constructor(options: ObedienceOptions) {
    this.#options = options;
    this.#known = new KnownVersions(options.hook);
    options.scorer.on('deployment', this.#onDeployment);
  }

  get reached(): number | null {
    return this.#reached;
  }

  get error(): NodeError | null {
    return this.#error ?? this.#hold.error;
  }

  get loading(): string | null {
    return this.#loading?.version ?? null;
  }

  /** The versions that are live. */
  get versions(): readonly LiveDeployment[] {
    return this.#known.live.map(({ version, role, traffic, rollout }) => ({ version, role, traffic, rollout }));
  }

  /** @param revision of the state, to tell which one was reached. */
  want(state: FleetState, revision: number): void {
    const wanted = wantedOf(state);
    const before = this.#wanted;
    this.#state = state;
    this.#wanted = wanted;
    this.#revision = revision;
    if (JSON.stringify(wanted) !== JSON.stringify(before)) this.#forgive();
    if (JSON.stringify(wanted.primary) !== JSON.stringify(before?.primary)) this.#hold.end();
    this.pursue();
  }

  /** Takes the next steps. Call it about once a second, too: what failed is tried again. */
  pursue(): void {
    if (this.#isActing || this.#isStopped || this.#wanted === null) return;
    this.#isActing = true;
    try {
      // First, so that a version that has just begun to serve decides by them from its first request on.
      this.#options.hook.setPolicies((version) => policyOf(this.#state, version));
      this.#act(this.#wanted);
    } catch (error) {
      this.#failed(null, error);
    } finally {
      this.#isActing = false;
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#options.scorer.off('deployment', this.#onDeployment);
  }

  #act(wanted: Wanted): void {
    if (this.#options.clock.now() < this.#retryAt && this.#error?.version === null) return;
    this.#known.recognise(wanted);
    let last = '';
    for (let count = 0; count < mostActions; count += 1) {
      const live = this.#known.live;
      const action = nextAction(this.#hold.applied(wanted, live), live);
      if (action === null) {
        this.#arrived();
        return;
      }
      if (action.kind === 'deploy' || (action.kind === 'promote' && action.loads)) {
        this.#begin(action);
        return;
      }
      const print = JSON.stringify(action);
      // The scorer has refused it; the promise says why.
      if (print === last) return;
      last = print;
      this.#obey(action);
    }
  }

  #obey(action: Exclude<Action, { kind: 'deploy' }>): void {
    const { scorer } = this.#options;
    const watch = (work: Promise<unknown>): void => void work.catch((error: unknown) => this.#failed(null, error));
    switch (action.kind) {
      case 'rollback':
        watch(scorer.rollback());
        return;
      case 'setTraffic':
        scorer.setTraffic(action.shares);
        return;
      case 'promote':
        watch(scorer.promote(action.version));
        return;
      case 'retire':
        watch(scorer.retire(action.version));
    }
  }

  #begin(action: Extract<Action, { kind: 'deploy' | 'promote' }>): void {
    const { clock } = this.#options;
    if (this.#loading !== null || clock.now() < this.#retryAt) return;
    const loading = action.kind === 'deploy' ? action.version : this.#state.primary;
    if (loading === null) return;
    this.#loading = loading;
    const print = JSON.stringify(this.#wanted);
    const isWanted = (): boolean => !this.#isStopped && print === JSON.stringify(this.#wanted);
    this.#load(action, isWanted).then(
      () => {
        this.#loaded(loading);
        this.#next();
      },
      (error: unknown) => {
        if (this.#loading === loading) this.#loading = null;
        // What is wanted now may not be what failed.
        if (isWanted()) this.#failed(loading.version, error);
        this.#next();
      },
    );
    this.#options.onChange();
  }

  async #load(action: Extract<Action, { kind: 'deploy' | 'promote' }>, isWanted: () => boolean): Promise<void> {
    const { scorer, find } = this.#options;
    if (action.kind === 'promote') {
      await scorer.promote(action.version);
      return;
    }
    const policy = () => policyOf(this.#state, action.version.version);
    await bringVersion(action, { scorer, known: this.#known, find, isWanted, policy });
  }

  /** Told twice of most versions: when one serves, and when what it replaced has answered its requests. Then another one may load. */
  #loaded(version: FleetVersion): void {
    if (this.#loading !== version) return;
    this.#loading = null;
    this.#forgive();
  }

  /** In a turn of its own, so that calls of the scorer are not nested. */
  #next(): void {
    this.#options.onChange();
    this.#options.clock.soon(() => this.pursue());
  }

  #arrived(): void {
    const reached = this.#hold.error === null ? this.#revision : null;
    if (this.#reached === reached && this.#error === null) return;
    this.#reached = reached;
    this.#forgive();
    this.#options.onChange();
  }

  #forgive(): void {
    this.#error = null;
    this.#tries = 0;
    this.#retryAt = Number.NEGATIVE_INFINITY;
  }

  #failed(version: string | null, error: unknown): void {
    const { clock, onChange, onClosed } = this.#options;
    const code = codeOf(error);
    if (code === 'ERR_CLOSED') {
      onClosed();
      return;
    }
    this.#retryAt = clock.now() + Math.min(firstRetryMs * 2 ** this.#tries, longestRetryMs);
    this.#tries += 1;
    if (code === 'ERR_UNAVAILABLE' && this.#tries < patience) return;
    this.#error = { version, ...describeError(error) };
    onChange();
  }

  /** Told in the turn in which a version gets its role. So one that nobody wants any more gets no request. */
  readonly #onDeployment = ({ type, version, reason }: DeploymentEvent): void => {
    if (type === 'retired' && version !== null) this.#known.ended(version);
    if (type === 'failedOver' && this.#wanted !== null) {
      this.#hold.begin(this.#wanted, this.#known.live, reason);
      if (this.#hold.error !== null) this.#reached = null;
    }
    // It serves. What it replaced may still answer requests, which nothing else needs to wait for.
    const loading = this.#loading;
    if (loading !== null && version === loading.version && (type === 'deployed' || type === 'promoted')) {
      this.#known.isOf(loading);
      this.#loaded(loading);
    }
    if (this.#isActing) return;
    this.pursue();
    this.#options.onChange();
  };
}
