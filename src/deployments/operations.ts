import type { DeploymentSummary } from '../api/deployment.js';
import type { DeploymentEvent } from '../api/events.js';
import type { ModelDescription } from '../api/model-description.js';
import type { DecisionPolicy } from '../api/policy.js';
import { ClosedError, InvalidOptionsError, UnknownVersionError } from '../errors.js';
import type { Canaries } from './canary/canaries.js';
import type { DeployOrder } from './deploy-options.js';
import type { Deploying } from './deploying.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { Failover } from './failover.js';
import type { Loader } from './loader.js';
import type { RetiredVersions } from './retired-versions.js';
import type { Retirement } from './retirement.js';
import type { Roles } from './roles.js';
import {
  type DeploymentFacts,
  deploymentFacts,
  deploymentSummaries,
  deploymentSummary,
  type ReadStats,
} from './summaries.js';

export interface OperationsOptions {
  deployments: DeploymentSet;
  retired: RetiredVersions;
  loader: Loader;
  deploying: Deploying;
  retirement: Retirement;
  roles: Roles;
  canaries: Canaries;
  /** Told that the host has acted. */
  failover: Pick<Failover, 'acknowledge' | 'acknowledgeRetired'>;
  door: { readonly isClosed: boolean };
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
}

/** The host's operations on versions. Operations that take traffic away act at once. Only loading is serialised. */
export class Operations {
  readonly #options: OperationsOptions;

  constructor(options: OperationsOptions) {
    this.#options = options;
  }

  /** The versions that have workers, then those that have retired. */
  get summaries(): DeploymentSummary[] {
    return this.summariesBy((stats) => stats.summary());
  }

  /** @param read returns a version's statistics. It lets callers reuse statistics that were already read. */
  summariesBy(read: ReadStats): DeploymentSummary[] {
    const { deployments, retired, canaries } = this.#options;
    return [...deploymentSummaries(deployments, canaries, read), ...retired.summaries];
  }

  /** A version's summary without what is counted of its requests. */
  factsOf(deployment: Deployment): DeploymentFacts {
    return deploymentFacts(this.#options.deployments, this.#options.canaries, deployment);
  }

  /** @param version null means the primary. @throws {UnknownVersionError} if no such version is live. */
  describe(version: string | null): ModelDescription {
    const { deployments } = this.#options;
    return (version === null ? deployments.primary : deployments.byVersion(version)).description;
  }

  /** @param path the model directory. @throws what `FraudScorer.deploy` throws. Then everything serves on as before. */
  async deploy(path: string, order: DeployOrder): Promise<DeploymentSummary> {
    this.#refuseIfClosed();
    const { deploying, failover } = this.#options;
    const deployment = await deploying.deploy(path, order);
    // A shadow answers nobody, so no role changes.
    if (order.role.kind !== 'shadow') failover.acknowledge();
    return this.#summaryOf(deployment);
  }

  /** Changes thresholds of all versions. */
  setPolicy(patch: Partial<DecisionPolicy>): void {
    this.#options.deployments.patchPolicy(patch);
    this.#tellPolicy(Object.keys(patch));
  }

  /** Sets the thresholds of each version by itself. See `DeploymentSet.replacePolicies`. */
  replacePolicies(of: (version: string) => Partial<DecisionPolicy>): void {
    this.#tellPolicy([...this.#options.deployments.replacePolicies(of)]);
  }

  /** @throws what `FraudScorer.setTraffic` throws. Then nothing has changed. */
  setTraffic(shares: ReadonlyMap<string, number>): void {
    const { deployments, roles, failover } = this.#options;
    this.#refuseIfClosed();
    const changes = [...shares].map(([version, share]) => ({ deployment: deployments.byVersion(version), share }));
    for (const { deployment } of changes) this.#requireChallenger(deployment);
    const others = deployments.challengers.all.filter(
      (other) => !changes.some((c) => c.deployment === other.deployment),
    );
    const total = [...others, ...changes].reduce((sum, { share }) => sum + share, 0);
    if (total > 1) throw badShares('at most 1 for all challengers together', `${total}`);
    failover.acknowledge();
    roles.setShares(changes, { type: 'traffic' });
  }

  /** @throws what `FraudScorer.promote` throws. */
  async promote(version: string): Promise<DeploymentSummary> {
    const { deployments, canaries, deploying, retirement, roles, failover } = this.#options;
    this.#refuseIfClosed();
    const deployment = deployments.byVersion(version);
    const shadow = deployments.shadowOf(deployment);
    if (shadow !== null) return this.#summaryOf(await deploying.promoteShadow(shadow));
    // Do this even if it is already the primary, because the host has confirmed it.
    failover.acknowledge();
    if (deployment !== deployments.primary) {
      canaries.ended(deployment, 'promoted', 'it was promoted by hand');
      await retirement.drain(roles.replacePrimary(deployment, { type: 'promoted' }));
    }
    return this.#summaryOf(deployment);
  }

  /** @throws what `FraudScorer.rollback` throws. */
  rollback(): DeploymentSummary {
    const { deployments, roles, failover } = this.#options;
    this.#refuseIfClosed();
    const { standby } = deployments;
    if (standby === null) {
      throw new UnknownVersionError(
        'There is no version to roll back to: none was replaced, or its keepPreviousMs are over',
      );
    }
    failover.acknowledge();
    roles.replacePrimary(standby, { type: 'rolledBack' });
    return this.#summaryOf(standby);
  }

  /** @throws what `FraudScorer.retire` throws. */
  async retire(version: string): Promise<void> {
    const { deployments, canaries, roles, failover } = this.#options;
    this.#refuseIfClosed();
    const deployment = deployments.byVersion(version);
    if (deployment === deployments.primary) {
      const received = `${JSON.stringify(version)}, which is the primary (promote another first)`;
      throw new InvalidOptionsError([{ path: 'version', expected: 'a version that is not the primary', received }]);
    }
    failover.acknowledgeRetired(deployment);
    canaries.ended(deployment, 'aborted', 'it was retired by hand');
    await roles.retire(deployment, null);
  }

  /** Stops loading and all timers. Resolves when nothing loads any more. */
  async stop(reason: Error): Promise<void> {
    const { roles, canaries, loader } = this.#options;
    roles.dispose();
    canaries.dispose();
    await loader.stop(reason);
  }

  /** The summary of a version that may have lost its role meanwhile. */
  #summaryOf(deployment: Deployment): DeploymentSummary {
    return deploymentSummary(this.#options.deployments, this.#options.canaries, deployment);
  }

  #tellPolicy(names: readonly string[]): void {
    if (names.length > 0) this.#options.tell({ type: 'policy', version: null, reason: `set: ${names.join(', ')}` });
  }

  #refuseIfClosed(): void {
    if (this.#options.door.isClosed) throw new ClosedError('The scorer is closed');
  }

  #requireChallenger(deployment: Deployment): void {
    const { deployments, canaries } = this.#options;
    const role = deployments.roleOf(deployment);
    if (role === 'challenger' && !canaries.leads(deployment)) return;
    const received = `${JSON.stringify(deployment.model.version)}, which is ${role === 'challenger' ? 'a canary' : `the ${role}`}`;
    throw badShares('versions that are challengers', received);
  }
}

function badShares(expected: string, received: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path: 'shares', expected, received }]);
}
