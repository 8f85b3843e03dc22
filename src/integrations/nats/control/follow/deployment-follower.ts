import type { NodeReport } from '../node-report.js';

/** What a follower says of its node. */
export interface FollowerState extends NodeReport {
  /** Whether this node leads the fleet's canary or roll-out now. */
  leads: boolean;
}

/** Makes a scorer follow its fleet until it is stopped. It does not keep the process alive. */
export interface DeploymentFollower {
  /** The name of this node. */
  readonly id: string;
  /** What this node serves, and what it could not do. */
  state(): FollowerState;
  /**
   * Resolves when the node serves what the fleet wants, at once if nothing is wanted yet. Wait for it before the node takes requests, so that
   * none is decided by an old version. Never rejects; resolves too if the follower stops.
   */
  caughtUp(): Promise<void>;
  /** Stops following. The scorer stays as it is. Resolves when the node's report is gone. Never rejects. */
  stop(): Promise<void>;
  /** Resolves when the follower has stopped: by `stop`, because the scorer was closed, or because the connection was closed. */
  readonly done: Promise<void>;
  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}
