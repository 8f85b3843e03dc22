import type { DeploymentSummary, DeployOptions } from './deployment.js';
import type { HostLogger } from './logger.js';

/** The part of a scorer that a watcher uses. A `FraudScorer` fits. */
export interface WatchedScorer {
  /** Loads a version and starts to serve it. */
  deploy(directory: string, options: DeployOptions): Promise<unknown>;
  /** The live versions, and those that retired last. */
  deployments(): readonly WatchedDeployment[];
}

/** The fields of a deployment that a watcher reads. */
export interface WatchedDeployment extends Pick<DeploymentSummary, 'name' | 'version'> {
  /** The watcher looks for the role `'primary'`. */
  role: string;
}

/** A complete version that can be deployed. */
export interface FoundVersion {
  name: string;
  version: string;
  /** The version's directory. All links are resolved. */
  directory: string;
}

/** Returns how a version is deployed, or null to skip it. It may be asynchronous. */
export type DeployChoice = (
  found: FoundVersion,
) => DeployOptions | null | undefined | Promise<DeployOptions | null | undefined>;

/** Options of `watchModels`. */
export interface WatchModelsOptions {
  /**
   * How a new version is deployed: options of `deploy`, or a function that returns them. The function is called once for each version, and
   * again when the contents of the version have changed. Without `traffic` and `canary` the version becomes a shadow. To give it all
   * traffic, set `traffic: 1`. @default as a shadow
   */
  deploy?: DeployOptions | DeployChoice | undefined;
  /** The versions to deploy, in this order. @default only the newest version, if it is newer than the primary */
  versions?: readonly string[] | undefined;
  /** The names of the models whose versions are deployed. @default the primary's name */
  names?: readonly string[] | undefined;
  /** Milliseconds between two checks. Above 0 and at most a day. @default 5_000 */
  everyMs?: number | undefined;
  /** Where log lines go. Each problem is logged as a warning. @default none */
  logger?: HostLogger | undefined;
  /** Called once for each problem, and again if the problem changes. If it throws, the error is logged. @default none */
  onProblem?: ((problem: WatchProblem) => unknown) | undefined;
}

/**
 * The kinds of problem. `repository`: the directory is missing or cannot be read. `broken`: a version's manifest is not valid, or one of
 * its files is missing or differs. `changed`: the contents of a deployed version have changed. `choice`: the function `deploy` failed.
 * `failed`: `scorer.deploy` rejected.
 */
export type WatchProblemType = 'repository' | 'broken' | 'changed' | 'choice' | 'failed';

/** A problem that a watcher found. */
export interface WatchProblem {
  type: WatchProblemType;
  /** The directory of the version or of the repository, as it was given. */
  directory: string;
  /** null if the problem is about the repository. */
  name: string | null;
  /** null if the problem is about the repository. */
  version: string | null;
  message: string;
  /** The error that was thrown, if there was one. */
  error?: unknown;
}

/** Looks for new versions of models until it is stopped. It does not keep the process alive. */
export interface ModelWatcher {
  /**
   * Checks now. Resolves when a check that began after this call has ended, its deployments included. Resolves at once if the watcher is
   * stopped. Never rejects. Do not await it in the function `deploy`: the check waits for that function.
   */
  look(): Promise<void>;
  /** Stops the watcher. Resolves when the current check has ended, including a deployment that it waits for. */
  stop(): Promise<void>;
  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
