import type { DeploymentEvent } from '../../../../api/events.js';
import { ModelInvalidError } from '../../../../errors.js';
import type { FleetHook } from '../../../../fleet/fleet-hook.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';
import type { FoundModel } from '../models/model-source.js';
import type { LiveDeployment, NodeError } from '../node-report.js';
import { emptyState, type FleetState, type FleetVersion } from '../state/fleet-state.js';
import { policyOf } from '../state/policy-of.js';
import { type Wanted, wantedOf } from '../state/wanted.js';
import { optionsOf } from './action-options.js';
import { describeError } from './follow-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import { type LoadedVersion, likeness } from './likeness.js';
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
  #state: FleetState = emptyState;
  #wanted: Wanted | null = null;
  #revision = 0;
  #loading: FleetVersion | null = null;
  #error: NodeError | null = null;
  #tries = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #reached: number | null = null;
  /** A failover has given the primary's role to the standby, which keeps it until another primary is wanted; null if none has. */
  #failover: NodeError | null = null;
  #isActing = false;
  #isStopped = false;
  /** The roll-outs that live versions were last found to be the versions of. */
  readonly #rollouts = new Map<string, string>();

  constructor(options: ObedienceOptions) {
    this.#options = options;
    options.scorer.on('deployment', this.#onDeployment);
  }

  get reached(): number | null {
    return this.#reached;
  }

  get error(): NodeError | null {
    return this.#error ?? this.#failover;
  }

  get loading(): string | null {
    return this.#loading?.version ?? null;
  }

  /** The versions that are live. */
  get versions(): readonly LiveDeployment[] {
    return this.#live.map(({ version, role, traffic, rollout }) => ({ version, role, traffic, rollout }));
  }

  get #live(): readonly LoadedVersion[] {
    return this.#options.hook
      .models()
      .filter(({ role }) => role !== 'retired')
      .map((one) => ({ ...one, rollout: this.#rollouts.get(one.version) ?? null }));
  }

  /** @param revision of the state, to tell which one was reached. */
  want(state: FleetState, revision: number): void {
    const wanted = wantedOf(state);
    const before = this.#wanted;
    this.#state = state;
    this.#wanted = wanted;
    this.#revision = revision;
    if (JSON.stringify(wanted) !== JSON.stringify(before)) this.#forgive();
    if (JSON.stringify(wanted.primary) !== JSON.stringify(before?.primary)) this.#failover = null;
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
    this.#recognise(wanted);
    let last = '';
    for (let count = 0; count < mostActions; count += 1) {
      const live = this.#live;
      const possible = this.#possible(wanted, live);
      const action = nextAction(possible, live);
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

  /** A version may be the wanted one though another roll-out brought it, as its sha256 says. */
  #recognise({ primary, challengers, shadows }: Wanted): void {
    const live = this.#live;
    for (const wanted of [primary, ...challengers, ...shadows]) {
      const found = live.find(({ version }) => version === wanted?.version);
      if (wanted !== null && found !== undefined && likeness(wanted, found) === 'same') this.#isOf(wanted);
    }
  }

  /** What is wanted, with the primary that took over in a failover. The failover is over if the wanted primary has its role again. */
  #possible(wanted: Wanted, live: readonly LoadedVersion[]): Wanted {
    const primary = live.find(({ role }) => role === 'primary');
    if (this.#failover === null || primary === undefined || wanted.primary === null) return wanted;
    const { model, version } = primary;
    if (version !== wanted.primary.version) return { ...wanted, primary: { model, version } };
    this.#failover = null;
    return wanted;
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
    const end = (): void => {
      if (this.#loading === loading) this.#loading = null;
    };
    this.#load(action, isWanted).then(
      () => {
        end();
        this.#forgive();
        this.#next();
      },
      (error: unknown) => {
        end();
        // What is wanted now may not be what failed.
        if (isWanted()) this.#failed(loading.version, error);
        this.#next();
      },
    );
    this.#options.onChange();
  }

  async #load(action: Extract<Action, { kind: 'deploy' | 'promote' }>, isWanted: () => boolean): Promise<void> {
    const { scorer } = this.#options;
    if (action.kind === 'promote') {
      await scorer.promote(action.version);
      return;
    }
    const { version } = action;
    const found = await this.#find(version);
    if (!isWanted()) return;
    const live = this.#live.find((one) => one.version === version.version);
    if (live !== undefined) {
      if (found === null || (live.model === version.model && live.sha256 === found.sha256)) {
        this.#isOf(version);
        return;
      }
      if (live.role === 'primary') throw otherPrimary(live);
      await scorer.retire(version.version);
      if (!isWanted()) return;
    }
    if (found !== null) await scorer.deploy(found.directory, optionsOf(action, policyOf(this.#state, version.version)));
  }

  /** @returns null if the node has no files of the version, but the version is live, and nothing says that it is another one. */
  async #find(version: FleetVersion): Promise<FoundModel | null> {
    try {
      return await this.#options.find(version);
    } catch (error) {
      const live = this.#live.find((one) => one.version === version.version);
      const isUnclear = live !== undefined && likeness(version, live) === 'unclear';
      if (isUnclear && ['ERR_MODEL_INVALID', 'ERR_MODEL_INTEGRITY'].includes(codeOf(error) ?? '')) return null;
      throw error;
    }
  }

  /** The live version is the one that its roll-out means. */
  #isOf({ version, rollout }: FleetVersion): void {
    if (rollout !== undefined) this.#rollouts.set(version, rollout);
  }

  /** In a turn of its own, so that calls of the scorer are not nested. */
  #next(): void {
    this.#options.onChange();
    this.#options.clock.soon(() => this.pursue());
  }

  #arrived(): void {
    const reached = this.#failover === null ? this.#revision : null;
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

  #failedOver(reason = 'it did not say why'): void {
    const failed = this.#live.find(({ role }) => role === 'standby')?.version;
    const version = this.#wanted?.primary?.version;
    // If another primary is wanted, that one is loaded and takes over.
    if (version === undefined || version !== failed) return;
    const message = `the standby took over: ${reason}; the node keeps it until the fleet wants another primary`;
    this.#failover = { version, code: 'FAILED_OVER', message };
    this.#reached = null;
  }

  /** Told in the turn in which a version gets its role. So one that nobody wants any more gets no request. */
  readonly #onDeployment = ({ type, version, reason }: DeploymentEvent): void => {
    if (type === 'retired' && version !== null) this.#rollouts.delete(version);
    if (type === 'failedOver') this.#failedOver(reason);
    // It serves. What it replaced may still answer requests, which nothing else needs to wait for.
    if (version !== null && version === this.#loading?.version && (type === 'deployed' || type === 'promoted')) {
      this.#isOf(this.#loading);
      this.#loading = null;
    }
    if (this.#isActing) return;
    this.pursue();
    this.#options.onChange();
  };
}

/** A scorer cannot load a version beside one of the same name, and the primary cannot end first. */
function otherPrimary({ version }: LoadedVersion): ModelInvalidError {
  const name = JSON.stringify(version);
  return new ModelInvalidError(
    `version: expected a name of its own for other contents, received ${name}, which is the primary here with other contents: deploy them under another name, or restart this node`,
  );
}
