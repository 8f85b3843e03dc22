import type { DeploymentSummary } from '../api/deployment.js';
import type { DeploymentEvent } from '../api/events.js';
import type { ModelDescription } from '../api/model-description.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { DeployOrder } from '../deployments/deploy-options.js';
import type { VersionOperations } from '../deployments/versioned-scorer.js';
import {
  ClosedError,
  FraudScorerError,
  InvalidOptionsError,
  ModelInvalidError,
  UnknownVersionError,
} from '../errors.js';
import type { Manifest } from '../models/manifest.js';
import type { FakeVersion } from './fake-version.js';
import type { FakeVersions } from './fake-versions.js';

type Told = Pick<DeploymentEvent, 'type' | 'reason'>;

export interface FakeOperationsOptions {
  versions: FakeVersions;
  isClosed: () => boolean;
  /** @throws {FraudScorerError} where there is no model at this path. */
  modelAt: (path: string) => Manifest;
  make: (manifest: Manifest, order: DeployOrder) => FakeVersion;
  summaryOf: (version: FakeVersion) => DeploymentSummary;
  summaries: () => DeploymentSummary[];
  /** For versions to come. */
  keepPolicy: (patch: Partial<DecisionPolicy>) => void;
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
}

/** What a host does with versions, by the rules of a real scorer, with versions that are names and numbers alone. */
export class FakeOperations implements VersionOperations {
  readonly #options: FakeOperationsOptions;

  constructor(options: FakeOperationsOptions) {
    this.#options = options;
  }

  get summaries(): DeploymentSummary[] {
    return this.#options.summaries();
  }

  describe(version: string | null): ModelDescription {
    const { versions } = this.#options;
    return (version === null ? versions.primary : versions.byVersion(version)).options.description;
  }

  async deploy(path: string, order: DeployOrder): Promise<DeploymentSummary> {
    const { modelAt, make, summaryOf, tell } = this.#options;
    this.#refuseIfClosed();
    this.#requirePlace(order);
    let name: string | null = null;
    try {
      // A real one takes longer: the host's code goes on meanwhile.
      await null;
      const manifest = modelAt(path);
      name = manifest.version;
      this.#refuseIfClosed();
      this.#requirePlace(order);
      this.#requireNew(path, manifest);
      const version = make(manifest, order);
      this.#serve(version, order);
      return summaryOf(version);
    } catch (error) {
      const reason = error instanceof FraudScorerError ? `${error.code}: ${error.message}` : String(error);
      if (!(error instanceof ClosedError)) tell({ type: 'failed', version: name, reason });
      throw error;
    }
  }

  setTraffic(shares: ReadonlyMap<string, number>): void {
    const { versions } = this.#options;
    this.#refuseIfClosed();
    const changes = [...shares].map(([version, share]) => ({ version: versions.byVersion(version), share }));
    for (const { version } of changes) this.#requireChallenger(version);
    const others = versions.challengers.all.filter((other) => !changes.some((c) => c.version === other.deployment));
    const total = [...others, ...changes].reduce((sum, { share }) => sum + share, 0);
    if (total > 1) throw invalid('shares', 'at most 1 for all challengers together', `${total}`);
    for (const { version, share } of changes) versions.setChallenger(version, share);
    for (const { version } of changes) this.#tellOf(version, { type: 'traffic' });
  }

  async promote(name: string): Promise<DeploymentSummary> {
    const { versions, make, summaryOf } = this.#options;
    this.#refuseIfClosed();
    const version = versions.byVersion(name);
    if (version.options.shadow !== null) {
      // Its counts were a shadow's: it begins anew, as of a real scorer.
      const order = {
        role: { kind: 'primary' },
        policy: version.hostPolicy,
        workers: version.options.workersGiven,
      } as const;
      const promoted = make(version.options.manifest, order);
      this.#retire(version, 'it is promoted');
      versions.add(promoted);
      this.#replacePrimary(promoted, { type: 'promoted' });
      return summaryOf(promoted);
    }
    if (version !== versions.primary) {
      version.options.canary?.end('promoted', 'it was promoted by hand');
      this.#replacePrimary(version, { type: 'promoted' });
    }
    return summaryOf(version);
  }

  rollback(): DeploymentSummary {
    const { versions, summaryOf } = this.#options;
    this.#refuseIfClosed();
    const { standby } = versions;
    if (standby === null) throw new UnknownVersionError('There is no version to roll back to: none was replaced');
    this.#replacePrimary(standby, { type: 'rolledBack' });
    return summaryOf(standby);
  }

  async retire(name: string): Promise<void> {
    const { versions } = this.#options;
    this.#refuseIfClosed();
    const version = versions.byVersion(name);
    if (version === versions.primary) {
      const received = `${JSON.stringify(name)}, which is the primary (promote another first)`;
      throw invalid('version', 'a version that is not the primary', received);
    }
    version.options.canary?.end('aborted', 'it was retired by hand');
    this.#retire(version);
  }

  /** Changes thresholds of all versions. */
  setPolicy(patch: Partial<DecisionPolicy>): void {
    const { versions, keepPolicy, tell } = this.#options;
    keepPolicy(patch);
    versions.patchPolicy(patch);
    const names = Object.keys(patch).join(', ');
    if (names !== '') tell({ type: 'policy', version: null, reason: `set: ${names}` });
  }

  /** Has a canary take its next step; after the last it is promoted. @throws {UnknownVersionError} where no canary has this version. */
  advanceCanary(name: string): void {
    const { versions } = this.#options;
    const { version, canary } = this.#canaryOf(name);
    const share = canary.nextShare;
    if (share === null) return;
    canary.advance();
    if (share < 1) {
      versions.setChallenger(version, share);
      this.#tellOf(version, { type: 'canaryStep' });
      return;
    }
    canary.end('promoted', null);
    this.#replacePrimary(version, { type: 'promoted', reason: 'its canary has passed all steps' });
  }

  /** Ends a canary as a guard does. @throws {UnknownVersionError} where no canary has this version. */
  abortCanary(name: string, breach: Required<Pick<DeploymentEvent, 'guard' | 'seen' | 'allowed' | 'reason'>>): void {
    const { versions, tell } = this.#options;
    const { version, canary } = this.#canaryOf(name);
    canary.end('aborted', breach.reason);
    versions.retire(version);
    version.options.check.end();
    tell({ type: 'canaryAborted', ...breach, version: name, traffic: 0 });
    tell({ type: 'retired', version: name, traffic: 0, reason: 'its canary was aborted' });
  }

  #canaryOf(name: string) {
    const version = this.#options.versions.byVersion(name);
    const { canary } = version.options;
    if (canary === null || canary.isOver)
      throw new UnknownVersionError(`version: ${JSON.stringify(name)} is no canary`);
    return { version, canary };
  }

  #serve(version: FakeVersion, { role }: DeployOrder): void {
    const { versions } = this.#options;
    if (role.kind === 'shadow') {
      versions.addShadow(version);
      this.#tellOf(version, { type: 'deployed' });
      return;
    }
    versions.add(version);
    if (role.kind === 'primary') {
      this.#replacePrimary(version, { type: 'deployed' });
      return;
    }
    versions.setChallenger(version, role.share);
    this.#tellOf(version, { type: 'deployed' });
  }

  #replacePrimary(version: FakeVersion, event: Told): void {
    const ending = this.#options.versions.setPrimary(version);
    this.#tellOf(version, event);
    if (ending !== null) this.#retire(ending, 'another version is the standby now');
  }

  #retire(version: FakeVersion, reason?: string): void {
    this.#options.versions.retire(version);
    version.options.check.end();
    this.#tellOf(version, { type: 'retired', ...(reason === undefined ? {} : { reason }) });
  }

  #tellOf(version: FakeVersion, event: Told): void {
    const { versions, tell } = this.#options;
    tell({ ...event, version: version.version, traffic: versions.trafficOf(version) });
  }

  #refuseIfClosed(): void {
    if (this.#options.isClosed()) throw new ClosedError('The scorer is closed');
  }

  #requirePlace({ role }: DeployOrder): void {
    if (role.kind !== 'challenger') return;
    const { challengers } = this.#options.versions;
    const others = challengers.shareBut(null);
    if (challengers.isFull) {
      throw invalid('traffic', "1 or 'shadow', as there are two challengers already", `${role.share}`);
    }
    if (role.share + others > 1) {
      throw invalid('traffic', `what the other challenger, with ${others}, leaves`, `${role.share}`);
    }
  }

  #requireNew(path: string, { version }: Manifest): void {
    if (this.#options.versions.find(version) === null) return;
    const received = `${JSON.stringify(version)}, which is live already (each version needs a name of its own)`;
    throw new ModelInvalidError(path, [{ path: 'version', expected: 'a version that is not live', received }]);
  }

  #requireChallenger(version: FakeVersion): void {
    const role = this.#options.versions.roleOf(version);
    const { canary } = version.options;
    if (role === 'challenger' && (canary === null || canary.isOver)) return;
    const what = role === 'challenger' ? 'a canary' : `the ${role}`;
    throw invalid('shares', 'versions that are challengers', `${JSON.stringify(version.version)}, which is ${what}`);
  }
}

function invalid(path: string, expected: string, received: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path, expected, received }]);
}
