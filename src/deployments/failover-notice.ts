import type { Deployment } from './deployment.js';

/** The shortest time for which a failover is shown. There is no second failover in this time. */
export const noticeMs = 60_000;

/** A version that could not answer, and the version that took over. */
export interface Handover {
  from: Deployment;
  to: Deployment;
  message: string;
}

/** The state of the version that took over. */
export interface SuccessorSeen {
  /** Workers that are ready. */
  ready: number;
  /** The share of its requests in the last 10 s that failed or expired; null without requests. */
  failed: number | null;
}

/**
 * The failover that the host should look at. It is shown until the host has acted, or until the version that took over has proved that it
 * serves well.
 */
export class FailoverNotice {
  readonly #maxErrorRate: number;
  #handover: Handover | null = null;
  #since = Number.NEGATIVE_INFINITY;

  /** @param maxErrorRate above this, the version that took over does not serve well. */
  constructor(maxErrorRate: number) {
    this.#maxErrorRate = maxErrorRate;
  }

  /** @param now time on the monotonic clock, in ms. */
  raise(handover: Handover, now: number): void {
    this.#handover = handover;
    this.#since = now;
  }

  /** Describes the failover; null if there is none to show. @param primary the current primary. */
  messageFor(primary: Deployment): string | null {
    return this.#handover !== null && this.#handover.to === primary ? this.#handover.message : null;
  }

  /** Whether this version is the one that could not answer. */
  isOf(deployment: Deployment): boolean {
    return this.#handover?.from === deployment;
  }

  /** The host has acted. */
  clear(): void {
    this.#handover = null;
  }

  /** @param see reads the primary's state. Called only when the notice is old enough to end. */
  look(primary: Deployment, now: number, see: () => SuccessorSeen): void {
    if (this.#handover === null) return;
    if (this.#handover.to !== primary) this.clear();
    else if (now - this.#since >= noticeMs) {
      const { ready, failed } = see();
      if (ready > 0 && (failed === null || failed <= this.#maxErrorRate)) this.clear();
    }
  }
}
