import type { ModelDescription } from '../api/model-description.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { ModelIdentity } from '../api/result.js';
import type { Manifest } from '../models/manifest.js';
import type { ShadowStats } from '../monitoring/shadow/shadow-stats.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { FakeCanary } from './fake-canary.js';
import type { RequestCheck } from './request-check.js';
import { identityOf, policyOf } from './test-model.js';

export interface FakeVersionOptions {
  readonly index: number;
  readonly manifest: Manifest;
  /** The host's thresholds. */
  readonly policy: Partial<DecisionPolicy>;
  /** How many workers the host gave it; null where that follows from its share. */
  readonly workersGiven: number | null;
  readonly stats: VersionStats;
  readonly check: RequestCheck;
  readonly description: ModelDescription;
  /** In milliseconds since the epoch. */
  readonly since: number;
  /** Of a shadow. */
  readonly shadow: FakeShadow | null;
  readonly canary: FakeCanary | null;
}

/** What a shadow has seen. */
export interface FakeShadow {
  readonly stats: ShadowStats;
  /** The share of the requests that it gets a copy of, in (0, 1]. */
  readonly sample: number;
}

/** A version that a fake says it has. */
export class FakeVersion {
  readonly model: ModelIdentity;
  #policy: Partial<DecisionPolicy>;

  constructor(readonly options: FakeVersionOptions) {
    this.model = identityOf(options.manifest);
    this.#policy = options.policy;
  }

  /** By its index, a comparison tells versions apart. */
  get index(): number {
    return this.options.index;
  }

  get version(): string {
    return this.model.version;
  }

  get stats(): VersionStats {
    return this.options.stats;
  }

  /** The host's thresholds, as far as it named any. */
  get hostPolicy(): Partial<DecisionPolicy> {
    return this.#policy;
  }

  /** The thresholds by which it decides. */
  get policy(): DecisionPolicy {
    return policyOf(this.options.manifest, this.#policy);
  }

  patchPolicy(patch: Partial<DecisionPolicy>): void {
    this.#policy = { ...this.#policy, ...patch };
  }
}
