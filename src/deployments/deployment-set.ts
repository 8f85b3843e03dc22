import type { DeploymentRole } from '../api/deployment.js';
import type { DecisionPolicy } from '../api/policy.js';
import { UnknownVersionError } from '../errors.js';
import { bucketOf } from '../monitoring/comparison/key-buckets.js';
import type { RequestTable } from '../requests/request-table.js';
import { Challengers } from './challengers.js';
import type { Deployment } from './deployment.js';
import { Experiments } from './experiments.js';
import { recordBytesToCome } from './record-bytes.js';
import type { Router } from './routing.js';
import type { Copies } from './shadow/copies.js';
import type { Shadow } from './shadow/shadow.js';

/** The most versions that the request table can tell apart. */
const mostIndices = 256;

/** This many requests may always wait for a challenger, however small its share, because requests come in bursts. */
const leastQueue = 256;

/** The versions of a scorer and their roles. Each has an index, under which the request table holds its requests. */
export class DeploymentSet {
  readonly #router: Router;
  readonly #byIndex: (Deployment | undefined)[] = [];
  /** Versions with workers that answer requests, or did: the primary, challengers, the standby, and any that drain. */
  #all: readonly Deployment[] = [];
  /** Versions that get no more requests. */
  readonly #ended = new Set<Deployment>();
  /** Versions whose workers are about to end. The promise tells whether all could be ended. */
  readonly #leaving = new Map<Deployment, Promise<boolean>>();
  #primary: Deployment | null = null;
  #standby: Deployment | null = null;
  readonly challengers = new Challengers();
  /** The host's thresholds, for later versions. */
  hostPolicy: Partial<DecisionPolicy> = {};
  /** The comparisons of challengers with the primary. */
  readonly experiments = new Experiments();
  /** Whether versions share the traffic. A plain field, because every request reads it. */
  isSplit = false;

  /** @param copies the copies of requests for shadows. */
  constructor(
    router: Router,
    readonly copies: Copies,
  ) {
    this.#router = router;
  }

  get all(): readonly Deployment[] {
    return this.#all;
  }

  /** The version that answers all traffic that no challenger answers. */
  get primary(): Deployment {
    if (this.#primary === null) throw new Error('there is no primary');
    return this.#primary;
  }

  get standby(): Deployment | null {
    return this.#standby;
  }

  /** The version that answers the request of a row. */
  of(table: RequestTable, row: number): Deployment {
    const index = table.version[row] as number;
    const deployment = this.#byIndex[index];
    if (deployment === undefined) throw new Error(`there is no deployment ${index}`);
    return deployment;
  }

  /** An index that no version uses. */
  get nextIndex(): number {
    let index = 0;
    while (this.#byIndex[index] !== undefined) index += 1;
    if (index >= mostIndices) throw new Error('there are more versions than a request table tells apart');
    return index;
  }

  /** Adds a version. It answers nothing before it has a role. */
  add(deployment: Deployment): void {
    this.#byIndex[deployment.index] = deployment;
    this.#all = [...this.#all, deployment];
  }

  /** Removes a version that has no role and no requests. */
  remove(deployment: Deployment): void {
    if (this.#byIndex[deployment.index] === deployment) this.#byIndex[deployment.index] = undefined;
    this.#all = this.#all.filter((other) => other !== deployment);
    this.#ended.delete(deployment);
  }

  /** Marks a version that gets no more requests but still answers those that it has. */
  end(deployment: Deployment): void {
    this.#ended.add(deployment);
  }

  /** Versions that may get requests now, or after another one fails. */
  get serving(): readonly Deployment[] {
    return this.#ended.size === 0 ? this.#all : this.#all.filter((deployment) => !this.#ended.has(deployment));
  }

  /** Keeps a version until its workers have ended. `release` waits for it. @param released whether all could be ended. */
  async leave(deployment: Deployment, released: Promise<boolean>): Promise<void> {
    this.#leaving.set(deployment, released);
    try {
      await released;
    } finally {
      this.#leaving.delete(deployment);
    }
  }

  /** All versions that may still have requests to answer, shadows included. */
  get answering(): readonly Deployment[] {
    const shadows = this.copies.shadows.map(({ deployment }) => deployment);
    return [...new Set([...this.#all, ...shadows, ...this.#leaving.keys()])];
  }

  /** See `recordBytesToCome`. */
  get recordBytesToCome(): number {
    return recordBytesToCome(this.#all, this.copies.shadows, this.#leaving);
  }

  /** Versions that may get requests now or after another one fails, and the shadows. */
  get live(): readonly Deployment[] {
    const shadows = this.copies.shadows.map(({ deployment }) => deployment);
    return [...this.serving, ...shadows];
  }

  /** The position of a request in [0, 1). @param key if undefined, the position is random. */
  placeOf(key: string | undefined): number {
    return key === undefined ? Math.random() : this.#router.place(key);
  }

  /** The version that answers a request at this position. */
  route(place: number): Deployment {
    const { arm, deployment } = this.challengers.at(place);
    this.experiments.routed(bucketOf(place), arm);
    return deployment ?? this.primary;
  }

  /** Whether the requests that wait for a challenger use up its share of the queue. */
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

  /** @throws {UnknownVersionError} if no such version is live. */
  byVersion(version: string): Deployment {
    const found = this.find(version);
    if (found !== null) return found;
    const live = this.live.map(({ model }) => JSON.stringify(model.version)).join(', ');
    throw new UnknownVersionError(
      `version: there is no ${JSON.stringify(version)}; live are ${live}. See deployments().`,
    );
  }

  /** Requests that wait for a worker, over all versions. */
  get waiting(): number {
    let waiting = 0;
    for (const { batcher } of this.#all) waiting += batcher.waiting;
    return waiting;
  }

  /** Whether a worker holds a batch. */
  get isBusy(): boolean {
    return this.#all.some(({ batcher }) => batcher.busyWorkers > 0);
  }

  /** Since when there have been waiting requests without a break, on the monotonic clock; null if none wait. */
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

  /** Sets the thresholds of each version, as a fleet does. The host's hold where it gives none. @returns the names of those that have changed. */
  replacePolicies(of: (version: string) => Partial<DecisionPolicy>): ReadonlySet<string> {
    const all = [...this.#all, ...this.live];
    return new Set(all.flatMap(({ model, policy }) => policy.replace({ ...this.hostPolicy, ...of(model.version) })));
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
