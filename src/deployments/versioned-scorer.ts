import type { DeploymentSummary, DeployOptions } from '../api/deployment.js';
import type { ModelDescription } from '../api/model-description.js';
import { InvalidOptionsError } from '../errors.js';
import { EventSource } from '../host/event-source.js';
import { requirePath } from '../models/model-location.js';
import { describeValue } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { readDeployOptions, readShares } from './deploy-options.js';
import type { Operations } from './operations.js';

/** What a host does with the versions of its model. */
export abstract class VersionedScorer extends EventSource {
  readonly #operations: Operations;

  /** @param parts that hold the operations and the events. */
  /** @throws {TypeError} where a host calls it, which TypeScript does not let it do. */
  constructor(parts: object) {
    if (typeof parts !== 'object' || parts === null || !('operations' in parts)) {
      throw new TypeError('FraudScorer: expected `await FraudScorer.create(options)`, received `new FraudScorer()`');
    }
    super(parts);
    const { operations } = parts as { operations: Operations };
    this.#operations = operations;
  }

  /**
   * Loads another version of the model, and has it serve: in the primary's place, for a share of the traffic, or as a shadow. It is checked,
   * tried and warmed up beside what serves. Resolves once it serves and, where it replaced one, that one has answered what it was given, for
   * which it has the scorer's `timeoutMs`.
   *
   * @param directory its model directory, as a path or a file URL. Its `version` must not be live already.
   * @throws {InvalidOptionsError} where the options are not as documented, or there are two challengers already.
   * @throws {ModelInvalidError | ModelIntegrityError} where the directory is not as it should be, can't be run, or is of a version that is live.
   * @throws {ProviderUnavailableError | OutOfResourcesError | StartTimeoutError | WorkerLostError} as `create` does.
   * @throws {ClosedError} where the scorer is closed, or is meanwhile. Whatever it throws, everything serves on as before.
   */
  async deploy(directory: string | URL, options?: DeployOptions): Promise<DeploymentSummary> {
    const order = readDeployOptions(options);
    return this.#operations.deploy(requirePath(directory, 'directory'), order);
  }

  /**
   * Changes the shares of challengers, at once; those not named keep theirs, and the primary has the rest.
   *
   * @param shares by version, each in [0, 1], at most 1 together.
   * @throws {InvalidOptionsError} where one is no share, or no challenger's. @throws {UnknownVersionError} where one is not live.
   */
  setTraffic(shares: Readonly<Record<string, number>>): void {
    this.#operations.setTraffic(readShares(shares));
  }

  /**
   * Gives a version what the primary has. The primary before becomes the standby. Resolves once that has answered what it was given.
   *
   * @throws {UnknownVersionError} where no such version is live. @throws {InvalidOptionsError} where it is no text.
   */
  async promote(version: string): Promise<DeploymentSummary> {
    return this.#operations.promote(requireVersion(version));
  }

  /**
   * Makes the standby the primary again, at once. The version that it replaces becomes the standby.
   *
   * @throws {UnknownVersionError} where there is no standby.
   */
  async rollback(): Promise<DeploymentSummary> {
    return this.#operations.rollback();
  }

  /**
   * Takes a version's traffic away at once, and ends it. Resolves once its workers have ended.
   *
   * @throws {UnknownVersionError} where no such version is live. @throws {InvalidOptionsError} where it is the primary, or no text.
   */
  async retire(version: string): Promise<void> {
    return this.#operations.retire(requireVersion(version));
  }

  /** The versions that are live, then the last ten that have retired. */
  deployments(): DeploymentSummary[] {
    return this.#operations.summaries;
  }

  /**
   * What a version takes, from its manifest: inputs, features, types and categories. Cheap; the same object until another version is meant.
   *
   * @param version one that is live. @default the primary
   * @throws {UnknownVersionError} where no such version is live. @throws {InvalidOptionsError} where it is no text.
   */
  describeModel(version?: string): ModelDescription {
    return this.#operations.describe(version === undefined ? null : requireVersion(version));
  }
}

/** @throws {InvalidOptionsError} where it is no version's name: they are texts, though they may look like numbers. */
function requireVersion(version: unknown): string {
  if (isText(version)) return version;
  const expected = 'the version of a model that is live, as a non-empty text';
  throw new InvalidOptionsError([{ path: 'version', expected, received: describeValue(version) }]);
}
