import type { DeploymentEvent } from '../../../../api/events.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';
import type { NodeError } from '../node-report.js';
import type { FleetState, FleetVersion } from '../state/fleet-state.js';
import { type Wanted, wantedOf } from '../state/wanted.js';
import { optionsOf } from './action-options.js';
import { describeError } from './follow-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import { type Action, type LiveDeployment, nextAction } from './next-action.js';

/** What failed is tried again after this time, which doubles each time. */
const firstRetryMs = 1_000;
const longestRetryMs = 60_000;

/** An object store that does not answer is no reason to stop a roll-out before so many tries. */
const patience = 3;

/** More actions in one turn mean that the scorer does not do what it is told. */
const mostActions = 32;

export interface ObedienceOptions {
  scorer: FollowedScorer;
  clock: Clock;
  /** The directory of a version. Rejects if the node does not have it. */
  find: (version: FleetVersion) => Promise<string>;
  /** Something that is reported has changed. */
  onChange: () => void;
  /** The scorer is closed. */
  onClosed: () => void;
}

/** Makes a scorer serve what is wanted. What was wanted last counts. One version is loaded at a time; all else takes effect at once. */
export class Obedience {
  readonly #options: ObedienceOptions;
  #wanted: Wanted | null = null;
  #revision = 0;
  #policy = '{}';
  #loading: { readonly version: string } | null = null;
  #error: NodeError | null = null;
  #tries = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #reached: number | null = null;
  /** Whether a failover has changed the roles: the node keeps them until something else is wanted. */
  #isHeld = false;
  #isActing = false;
  #isStopped = false;
  #versions: readonly LiveDeployment[] | null = null;

  constructor(options: ObedienceOptions) {
    this.#options = options;
    options.scorer.on('deployment', this.#onDeployment);
  }

  get reached(): number | null {
    return this.#reached;
  }

  get error(): NodeError | null {
    return this.#error;
  }

  get loading(): string | null {
    return this.#loading?.version ?? null;
  }

  /** The versions that are live. Read again only after a change, because a scorer works out all statistics for it. */
  get versions(): readonly LiveDeployment[] {
    this.#versions ??= this.#options.scorer
      .deployments()
      .filter(({ role }) => role !== 'retired')
      .map(({ version, role, traffic }) => ({ version, role, traffic }));
    return this.#versions;
  }

  /** @param revision of the state, to tell which one was reached. */
  want(state: FleetState, revision: number): void {
    const wanted = wantedOf(state);
    const isOther = JSON.stringify(wanted) !== JSON.stringify(this.#wanted);
    this.#wanted = wanted;
    this.#revision = revision;
    if (isOther) {
      this.#isHeld = false;
      this.#forgive();
    }
    this.#setPolicy(state.policy);
    this.pursue();
  }

  /** Takes the next steps. Call it about once a second, too: what failed is tried again. */
  pursue(): void {
    if (this.#isActing || this.#isStopped || this.#isHeld || this.#wanted === null) return;
    this.#isActing = true;
    try {
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
    let last = '';
    for (let count = 0; count < mostActions; count += 1) {
      const action = nextAction(wanted, this.versions);
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
      this.#versions = null;
    }
  }

  #obey(action: Exclude<Action, { kind: 'deploy' }>): void {
    const { scorer } = this.#options;
    const watch = (work: Promise<unknown>): void => void work.catch((error: unknown) => this.#failed(null, error));
    switch (action.kind) {
      case 'rollback':
        scorer.rollback();
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
    const version = action.kind === 'deploy' ? action.version.version : action.version;
    const loading = { version };
    this.#loading = loading;
    const print = JSON.stringify(this.#wanted);
    const end = (): void => {
      if (this.#loading === loading) this.#loading = null;
      this.#versions = null;
    };
    this.#load(action, print).then(
      () => {
        end();
        this.#forgive();
        this.#next();
      },
      (error: unknown) => {
        end();
        // What is wanted now may not be what failed.
        if (print === JSON.stringify(this.#wanted)) this.#failed(version, error);
        this.#next();
      },
    );
    this.#options.onChange();
  }

  async #load(action: Extract<Action, { kind: 'deploy' | 'promote' }>, print: string): Promise<void> {
    const { scorer, find } = this.#options;
    if (action.kind === 'promote') {
      await scorer.promote(action.version);
      return;
    }
    const directory = await find(action.version);
    if (this.#isStopped || print !== JSON.stringify(this.#wanted)) return;
    await scorer.deploy(directory, optionsOf(action));
  }

  /** In a turn of its own, so that calls of the scorer are not nested. */
  #next(): void {
    this.#options.onChange();
    this.#options.clock.soon(() => this.pursue());
  }

  #arrived(): void {
    if (this.#reached === this.#revision && this.#error === null) return;
    this.#reached = this.#revision;
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

  #setPolicy(policy: FleetState['policy']): void {
    const print = JSON.stringify(policy);
    if (print === this.#policy) return;
    this.#policy = print;
    this.#options.scorer.setPolicy(policy);
  }

  /** Told in the turn in which a version gets its role. So one that nobody wants any more gets no request. */
  readonly #onDeployment = ({ type, version, reason }: DeploymentEvent): void => {
    this.#versions = null;
    if (type === 'failedOver') {
      this.#isHeld = true;
      const message = `the standby took over${reason === undefined ? '' : `: ${reason}`}; the node keeps it until the fleet's state changes`;
      this.#error = { version: null, code: 'FAILED_OVER', message };
    }
    // It serves. What it replaced may still answer requests, which nothing else needs to wait for.
    if (version !== null && version === this.#loading?.version && (type === 'deployed' || type === 'promoted')) {
      this.#loading = null;
    }
    if (this.#isActing) return;
    this.pursue();
    this.#options.onChange();
  };
}
