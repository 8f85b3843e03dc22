import type { DeploymentSummary, DeployOptions } from './deployment.js';
import type { HostLogger } from './logger.js';

/** What a watcher needs of a scorer; a `FraudScorer` is one. */
export interface WatchedScorer {
  /** Loads a version and has it serve. */
  deploy(directory: string, options: DeployOptions): Promise<unknown>;
  /** The versions that are live, and the last that retired. */
  deployments(): readonly WatchedDeployment[];
}

/** What a watcher reads of a deployment. */
export interface WatchedDeployment extends Pick<DeploymentSummary, 'name' | 'version'> {
  /** The watcher looks for the role `'primary'`. */
  role: string;
}

/** A version that is complete and could be deployed. */
export interface FoundVersion {
  name: string;
  version: string;
  /** Its directory, all links followed. */
  directory: string;
}

/** Says how a version is deployed, or null that it is not. It may be asynchronous. */
export type DeployChoice = (
  found: FoundVersion,
) => DeployOptions | null | undefined | Promise<DeployOptions | null | undefined>;

/** Options of `watchModels`. */
export interface WatchModelsOptions {
  /**
   * How a new version is deployed: options of `deploy`, or a function that is asked once for each version, and again when its contents have
   * changed. Where neither `traffic` nor `canary` is given, it becomes a shadow: all traffic has to be asked for by `traffic: 1`.
   * @default as a shadow
   */
  deploy?: DeployOptions | DeployChoice | undefined;
  /** The versions that are deployed, each of them, in this order. @default the newest of those that are newer than the primary */
  versions?: readonly string[] | undefined;
  /** The models whose versions are deployed, by name. @default the primary's name */
  names?: readonly string[] | undefined;
  /** Milliseconds between two looks, above 0 and at most a day. @default 5_000 */
  everyMs?: number | undefined;
  /** Takes log lines: a warning for each problem. @default none */
  logger?: HostLogger | undefined;
  /** Is told of each problem once, and again when it is another one. What it throws is logged. @default none */
  onProblem?: ((problem: WatchProblem) => unknown) | undefined;
}

/**
 * What can be wrong. `repository`: its directory is not there, or can't be read. `broken`: a version's manifest is not well formed, or a file
 * of it is missing or differs. `changed`: a version that was deployed has other contents now. `choice`: the function `deploy` failed.
 * `failed`: `scorer.deploy` rejected.
 */
export type WatchProblemType = 'repository' | 'broken' | 'changed' | 'choice' | 'failed';

/** Something that a watcher could not do. */
export interface WatchProblem {
  type: WatchProblemType;
  /** The version's directory, or the repository's, as it was given. */
  directory: string;
  /** Null where it is about the repository. */
  name: string | null;
  /** Null where it is about the repository. */
  version: string | null;
  message: string;
  /** What was thrown, where something was. */
  error?: unknown;
}

/** Looks for new versions of models until it is stopped. It does not keep the process alive. */
export interface ModelWatcher {
  /**
   * Looks now. Resolves when a look that began after this call has ended, deployments included; at once, where the watcher has stopped.
   * Never rejects. Don't await it in the function `deploy`, which the look itself waits for.
   */
  look(): Promise<void>;
  /** Looks no more. Resolves when the look in progress has ended, with the deployment that it may be waiting for. */
  stop(): Promise<void>;
  /** The same as `stop`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
