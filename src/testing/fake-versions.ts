import type { DeploymentRole } from '../api/deployment.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { Decision } from '../api/result.js';
import { Challengers } from '../deployments/challengers.js';
import { Experiments } from '../deployments/experiments.js';
import { Router } from '../deployments/routing.js';
import { workersByShare } from '../deployments/worker-shares.js';
import { UnknownVersionError } from '../errors.js';
import { bucketOf } from '../monitoring/comparison/key-buckets.js';
import type { FakeVersion } from './fake-version.js';

/** A request without a key lies at the next multiple of this, modulo 1: spread as evenly as if drawn, and the same in each run of a test. */
const stride = (Math.sqrt(5) - 1) / 2;

/** A version that answers a request, and where that is counted in comparisons. */
export interface Routed {
  readonly version: FakeVersion;
  /** null where one version answers all. */
  readonly bucket: number | null;
}

/** The versions of a fake, and who answers what: by the parts that a real scorer has for it. */
export class FakeVersions {
  readonly challengers = new Challengers<FakeVersion>();
  readonly experiments = new Experiments<FakeVersion>();
  readonly #router: Router;
  readonly #workers: number;
  #primary: FakeVersion;
  #standby: FakeVersion | null = null;
  #shadows: readonly FakeVersion[] = [];
  #retired: readonly FakeVersion[] = [];
  /** In the order in which they came. */
  #all: readonly FakeVersion[];
  #drawn = 0;

  /** @param salt of the routing. @param workers of the whole scorer. */
  constructor(first: FakeVersion, salt: string, workers: number) {
    this.#primary = first;
    this.#all = [first];
    this.#router = new Router(salt);
    this.#workers = workers;
    this.#changed();
  }

  get primary(): FakeVersion {
    return this.#primary;
  }

  get standby(): FakeVersion | null {
    return this.#standby;
  }

  /** Those that answer, or may: not the shadows. */
  get serving(): readonly FakeVersion[] {
    return this.#all;
  }

  get shadows(): readonly FakeVersion[] {
    return this.#shadows;
  }

  get live(): readonly FakeVersion[] {
    return [...this.#all, ...this.#shadows];
  }

  /** The latest first. */
  get retired(): readonly FakeVersion[] {
    return this.#retired;
  }

  find(version: string): FakeVersion | null {
    return this.live.find((live) => live.version === version) ?? null;
  }

  /** @throws {UnknownVersionError} where no such version is live. */
  byVersion(version: string): FakeVersion {
    const found = this.find(version);
    if (found !== null) return found;
    const live = this.live.map((one) => JSON.stringify(one.version)).join(', ');
    throw new UnknownVersionError(
      `version: there is no ${JSON.stringify(version)}; live are ${live}. See deployments().`,
    );
  }

  /** @param key undefined: as if drawn. */
  route(key: string | undefined): Routed {
    if (this.challengers.all.length === 0) return { version: this.#primary, bucket: null };
    const place = key === undefined ? this.#draw() : this.#router.place(key);
    const { arm, deployment } = this.challengers.at(place);
    const bucket = bucketOf(place);
    this.experiments.routed(bucket, arm);
    return { version: deployment ?? this.#primary, bucket };
  }

  /** What became of a request that was routed. */
  settled({ version, bucket }: Routed, outcome: Decision | 'ERROR'): void {
    if (bucket !== null) this.experiments.settled(version.index, bucket, outcome);
  }

  roleOf(version: FakeVersion): DeploymentRole {
    if (this.#shadows.includes(version)) return 'shadow';
    if (version === this.#primary) return 'primary';
    if (version === this.#standby) return 'standby';
    return this.challengers.find(version) === null ? 'retired' : 'challenger';
  }

  trafficOf(version: FakeVersion): number {
    if (version === this.#primary) return 1 - this.challengers.shareBut(null);
    return this.challengers.find(version)?.share ?? 0;
  }

  workersOf(version: FakeVersion): number {
    const share = this.trafficOf(version);
    return workersByShare([{ share, given: version.options.workersGiven }], this.#workers)[0] ?? 1;
  }

  add(version: FakeVersion): void {
    this.#all = [...this.#all, version];
  }

  addShadow(version: FakeVersion): void {
    this.#shadows = [...this.#shadows, version];
  }

  setChallenger(version: FakeVersion, share: number): void {
    this.challengers.set(version, share);
    this.#changed();
  }

  /** The primary before becomes the standby. @returns the standby before, which has no role any more; null where there was none. */
  setPrimary(version: FakeVersion): FakeVersion | null {
    const [before, standby] = [this.#primary, this.#standby];
    this.challengers.drop(version);
    this.#primary = version;
    this.#standby = before;
    this.#changed();
    return standby === version ? null : standby;
  }

  /** Takes its role away. */
  retire(version: FakeVersion): void {
    const isOther = (other: FakeVersion): boolean => other !== version;
    if (this.#standby === version) this.#standby = null;
    this.challengers.drop(version);
    this.#all = this.#all.filter(isOther);
    this.#shadows = this.#shadows.filter(isOther);
    this.#retired = [version, ...this.#retired];
    this.#changed();
  }

  patchPolicy(patch: Partial<DecisionPolicy>): void {
    for (const version of this.live) version.patchPolicy(patch);
  }

  #draw(): number {
    this.#drawn += 1;
    return (this.#drawn * stride) % 1;
  }

  #changed(): void {
    this.experiments.changed({ primary: this.#primary, challengers: this.challengers.places });
  }
}
