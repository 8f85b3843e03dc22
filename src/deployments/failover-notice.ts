import type { Deployment } from './deployment.js';

/** For how long a failover stays in sight at least; as long there is no second one. */
export const noticeMs = 60_000;

/** A version that could not answer, and the one that took over. */
export interface Handover {
  from: Deployment;
  to: Deployment;
  message: string;
}

/** What is seen of the version that took over. */
export interface SuccessorSeen {
  /** Workers that are ready. */
  ready: number;
  /** The share of its requests of the last 10 s that failed or expired; null without any. */
  failed: number | null;
}

/** The failover that somebody should look at, until the host has acted on it or the version that took over has shown that it serves well. */
export class FailoverNotice {
  readonly #maxErrorRate: number;
  #handover: Handover | null = null;
  #since = Number.NEGATIVE_INFINITY;

  /** @param maxErrorRate above which the version that took over does not serve well. */
  constructor(maxErrorRate: number) {
    this.#maxErrorRate = maxErrorRate;
  }

  /** @param now on the monotonic clock, in ms. */
  raise(handover: Handover, now: number): void {
    this.#handover = handover;
    this.#since = now;
  }

  /** What happened; null where there is nothing to look at. @param primary as it is now. */
  messageFor(primary: Deployment): string | null {
    return this.#handover !== null && this.#handover.to === primary ? this.#handover.message : null;
  }

  /** Whether a version is the one that could not answer. */
  isOf(deployment: Deployment): boolean {
    return this.#handover?.from === deployment;
  }

  /** The host has acted. */
  clear(): void {
    this.#handover = null;
  }

  /** @param see looks at the primary: called only once the notice is old enough to end by it. */
  look(primary: Deployment, now: number, see: () => SuccessorSeen): void {
    if (this.#handover === null) return;
    if (this.#handover.to !== primary) this.clear();
    else if (now - this.#since >= noticeMs) {
      const { ready, failed } = see();
      if (ready > 0 && (failed === null || failed <= this.#maxErrorRate)) this.clear();
    }
  }
}
