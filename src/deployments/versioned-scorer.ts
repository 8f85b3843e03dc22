import type { DeploymentSummary, DeployOptions } from '../api/deployment.js';
import type { ModelDescription } from '../api/model-description.js';
import { InvalidOptionsError } from '../errors.js';
import { EventSource } from '../host/event-source.js';
import { requirePath } from '../models/model-location.js';
import { describeValue } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { readDeployOptions, readShares } from './deploy-options.js';
import type { Operations } from './operations.js';

/** The operations that these methods call. */
export type VersionOperations = Pick<
  Operations,
  'deploy' | 'setTraffic' | 'promote' | 'rollback' | 'retire' | 'summaries' | 'describe'
>;

/** The host's methods for the versions of a model. */
export abstract class VersionedScorer extends EventSource {
  readonly #operations: VersionOperations;

  /**
   * @param parts the object that holds the operations and the events.
   * @throws {TypeError} if a host calls it. TypeScript does not let it.
   */
  constructor(parts: object) {
    if (typeof parts !== 'object' || parts === null || !('operations' in parts)) {
      throw new TypeError('FraudScorer: expected `await FraudScorer.create(options)`, received `new FraudScorer()`');
    }
    super(parts);
    const { operations } = parts as { operations: VersionOperations };
    this.#operations = operations;
  }

  /**
   * Loads another version of the model and starts to serve it: in the primary's place, for a share of the traffic, or as a shadow. Before
   * that, the version is checked, tried and warmed up beside the live versions. Resolves when it serves. If it replaced a version, this
   * also waits until that version has answered its requests, at most for the scorer's `timeoutMs`.
   *
   * @param directory the path or file URL of its model directory. Its `version` must not be live yet.
   * @throws {InvalidOptionsError} if the options are not valid, or there are already two challengers.
   * @throws {ModelInvalidError | ModelIntegrityError} if the directory is not valid, the model cannot be run, or a version of this name is
   * live.
   * @throws {ProviderUnavailableError | OutOfResourcesError | StartTimeoutError | WorkerLostError} as `create` does.
   * @throws {ClosedError} if the scorer is closed, also during the call. Whatever it throws, everything serves on as before.
   */
  async deploy(directory: string | URL, options?: DeployOptions): Promise<DeploymentSummary> {
    const order = readDeployOptions(options);
    return this.#operations.deploy(requirePath(directory, 'directory'), order);
  }

  /**
   * Changes the shares of challengers at once. Challengers that are not named keep their shares. The primary gets the rest.
   *
   * @param shares shares by version, each in [0, 1], together at most 1.
   * @throws {InvalidOptionsError} if a value is not a share, or a version is not a challenger.
   * @throws {UnknownVersionError} if a version is not live.
   */
  setTraffic(shares: Readonly<Record<string, number>>): void {
    this.#operations.setTraffic(readShares(shares));
  }

  /**
   * Makes a version the primary. The previous primary becomes the standby. Resolves when the previous primary has answered its requests.
   *
   * @throws {UnknownVersionError} if no such version is live.
   * @throws {InvalidOptionsError} if the version is not a text.
   */
  async promote(version: string): Promise<DeploymentSummary> {
    return this.#operations.promote(requireVersion(version));
  }

  /**
   * Makes the standby the primary again, at once. The version that it replaces becomes the standby.
   *
   * @throws {UnknownVersionError} if there is no standby.
   */
  async rollback(): Promise<DeploymentSummary> {
    return this.#operations.rollback();
  }

  /**
   * Takes a version's traffic away at once and ends the version. Resolves when its workers have ended.
   *
   * @throws {UnknownVersionError} if no such version is live.
   * @throws {InvalidOptionsError} if it is the primary, or not a text.
   */
  async retire(version: string): Promise<void> {
    return this.#operations.retire(requireVersion(version));
  }

  /** The live versions, then the last ten that have retired. */
  deployments(): DeploymentSummary[] {
    return this.#operations.summaries;
  }

  /**
   * The inputs, features, types and categories of a version, from its manifest. The call is cheap. It returns the same object until the
   * version changes.
   *
   * @param version a live version. @default the primary
   * @throws {UnknownVersionError} if no such version is live.
   * @throws {InvalidOptionsError} if the version is not a text.
   */
  describeModel(version?: string): ModelDescription {
    return this.#operations.describe(version === undefined ? null : requireVersion(version));
  }
}

/** @throws {InvalidOptionsError} if it is not a version name. Versions are texts, even if they look like numbers. */
function requireVersion(version: unknown): string {
  if (isText(version)) return version;
  const expected = 'the version of a model that is live, as a non-empty text';
  throw new InvalidOptionsError([{ path: 'version', expected, received: describeValue(version) }]);
}
