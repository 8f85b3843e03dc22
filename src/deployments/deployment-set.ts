import type { DeploymentRole } from '../api/deployment.js';
import type { DecisionPolicy } from '../api/policy.js';
import { UnknownVersionError } from '../errors.js';
import { bucketOf } from '../monitoring/comparison/key-buckets.js';
import type { RequestTable } from '../requests/request-table.js';
import { Challengers } from './challengers.js';
import type { Deployment } from './deployment.js';
import { Experiments } from './experiments.js';
import type { Router } from './routing.js';
import type { Copies } from './shadow/copies.js';
import type { Shadow } from './shadow/shadow.js';

/** As many as the request table can tell apart. */
const mostIndices = 256;

/** So many may always wait for a challenger, however small its share: they come in bursts. */
const leastQueue = 256;

/** The versions that a scorer holds, each under an index that is its requests' in the request table, and who answers what. */
export class DeploymentSet {
  readonly #router: Router;
  readonly #byIndex: (Deployment | undefined)[] = [];
  /** Those that have workers and answer requests, or did: the primary, challengers, the standby, and any that drain. */
  #all: readonly Deployment[] = [];
  /** Versions that get nothing any more. */
  readonly #ended = new Set<Deployment>();
  /** Versions whose workers are about to end, with whether all could be ended. */
  readonly #leaving = new Map<Deployment, Promise<boolean>>();
  #primary: Deployment | null = null;
  #standby: Deployment | null = null;
  readonly challengers = new Challengers();
  /** The host's thresholds, for versions to come. */
  hostPolicy: Partial<DecisionPolicy> = {};
  /** The challengers beside the primary. */
  readonly experiments = new Experiments();
  /** Whether the primary shares the traffic: looked at for each request. */
  isSplit = false;

  /** @param copies what shadows get. */
  constructor(
    router: Router,
    readonly copies: Copies,
  ) {
    this.#router = router;
  }

  get all(): readonly Deployment[] {
    return this.#all;
  }

  /** The version that answers whatever is no challenger's. */
  get primary(): Deployment {
    if (this.#primary === null) throw new Error('there is no primary');
    return this.#primary;
  }

  get standby(): Deployment | null {
    return this.#standby;
  }

  /** The version that answers a row's request. */
  of(table: RequestTable, row: number): Deployment {
    const index = table.version[row] as number;
    const deployment = this.#byIndex[index];
    if (deployment === undefined) throw new Error(`there is no deployment ${index}`);
    return deployment;
  }

  /** An index that no version has. */
  get nextIndex(): number {
    let index = 0;
    while (this.#byIndex[index] !== undefined) index += 1;
    if (index >= mostIndices) throw new Error('there are more versions than a request table tells apart');
    return index;
  }

  /** Holds a version, which answers nothing before it has a role. */
  add(deployment: Deployment): void {
    this.#byIndex[deployment.index] = deployment;
    this.#all = [...this.#all, deployment];
  }

  /** Lets go of a version that has no role and no request. */
  remove(deployment: Deployment): void {
    if (this.#byIndex[deployment.index] === deployment) this.#byIndex[deployment.index] = undefined;
    this.#all = this.#all.filter((other) => other !== deployment);
    this.#ended.delete(deployment);
  }

  /** A version that gets nothing any more, and still answers what it was given. */
  end(deployment: Deployment): void {
    this.#ended.add(deployment);
  }

  /** Those that may get requests, now or once another fails. */
  get serving(): readonly Deployment[] {
    return this.#ended.size === 0 ? this.#all : this.#all.filter((deployment) => !this.#ended.has(deployment));
  }

  /** Keeps a version until its workers have ended: `release` waits for it. @param released whether all could be ended. */
  async leave(deployment: Deployment, released: Promise<boolean>): Promise<void> {
    this.#leaving.set(deployment, released);
    try {
      await released;
    } finally {
      this.#leaving.delete(deployment);
    }
  }

  /** All that may still have something to answer, shadows included. */
  get answering(): readonly Deployment[] {
    const shadows = this.copies.shadows.map(({ deployment }) => deployment);
    return [...new Set([...this.#all, ...shadows, ...this.#leaving.keys()])];
  }

  /** Those that may get requests, now or once another fails, and the shadows. */
  get live(): readonly Deployment[] {
    const shadows = this.copies.shadows.map(({ deployment }) => deployment);
    return [...this.serving, ...shadows];
  }

  /** Where a request lies in [0, 1). @param key undefined: that is drawn. */
  placeOf(key: string | undefined): number {
    return key === undefined ? Math.random() : this.#router.place(key);
  }

  /** The version that answers a request at this place. */
  route(place: number): Deployment {
    const { arm, deployment } = this.challengers.at(place);
    this.experiments.routed(bucketOf(place), arm);
    return deployment ?? this.primary;
  }

  /** Whether as many requests wait for a challenger as its share of the queue. */
  isCrowded(index: number, maxQueueSize: number): boolean {
    for (const challenger of this.challengers.places) {
      if (challenger === null || challenger.deployment.index !== index) continue;
      const { deployment, share } = challenger;
      return deployment.batcher.waiting >= Math.max(leastQueue, share * maxQueueSize);
    }
    return false;
  }

  roleOf(deployment: Deployment): DeploymentRole {
    if (this.shadowOf(deployment) !== null) return 'shadow';
    if (deployment === this.#primary) return 'primary';
    if (deployment === this.#standby) return 'standby';
    return this.challengers.find(deployment) === null ? 'retired' : 'challenger';
  }

  shadowOf(deployment: Deployment): Shadow | null {
    return this.copies.shadows.find((shadow) => shadow.deployment === deployment) ?? null;
  }

  /** The version's share of the traffic, in [0, 1]. */
  trafficOf(deployment: Deployment): number {
    if (deployment === this.#primary) return 1 - this.challengers.shareBut(null);
    return this.challengers.find(deployment)?.share ?? 0;
  }

  setPrimary(deployment: Deployment): void {
    this.dropChallenger(deployment);
    if (this.#standby === deployment) this.#standby = null;
    this.#primary = deployment;
    this.#changed();
  }

  setStandby(deployment: Deployment | null): void {
    this.#standby = deployment;
  }

  setChallenger(deployment: Deployment, share: number): void {
    this.challengers.set(deployment, share);
    this.#changed();
  }

  dropChallenger(deployment: Deployment): void {
    if (this.challengers.drop(deployment)) this.#changed();
  }

  find(version: string): Deployment | null {
    return this.live.find(({ model }) => model.version === version) ?? null;
  }

  /** @throws {UnknownVersionError} where no such version is live. */
  byVersion(version: string): Deployment {
    const found = this.find(version);
    if (found !== null) return found;
    const live = this.live.map(({ model }) => JSON.stringify(model.version)).join(', ');
    throw new UnknownVersionError(
      `version: there is no ${JSON.stringify(version)}; live are ${live}. See deployments().`,
    );
  }

  /** Requests that wait for a worker, of any version. */
  get waiting(): number {
    let waiting = 0;
    for (const { batcher } of this.#all) waiting += batcher.waiting;
    return waiting;
  }

  /** Whether a worker has a batch in hand. */
  get isBusy(): boolean {
    return this.#all.some(({ batcher }) => batcher.busyWorkers > 0);
  }

  /** Since when, on the monotonic clock, there have always been requests waiting for some version; null where none wait. */
  get waitingSince(): number | null {
    let since: number | null = null;
    for (const { batcher } of this.#all) {
      if (batcher.waitingSince !== null) since = Math.min(since ?? batcher.waitingSince, batcher.waitingSince);
    }
    return since;
  }

  patchPolicy(patch: Partial<DecisionPolicy>): void {
    this.hostPolicy = { ...this.hostPolicy, ...patch };
    for (const { policy } of [...this.#all, ...this.live]) policy.patch(patch);
  }

  /** @returns whether all workers could be ended. */
  async release(): Promise<boolean> {
    const all = this.answering;
    for (const shadow of this.copies.shadows) shadow.end();
    const leaving = [...this.#leaving.values()];
    const released = await Promise.all([...all.map((deployment) => deployment.release()), ...leaving]);
    return released.every((isReleased) => isReleased);
  }

  #changed(): void {
    const { all, places } = this.challengers;
    this.isSplit = all.length > 0;
    if (this.#primary !== null) this.experiments.changed({ primary: this.#primary, challengers: places });
  }
}
