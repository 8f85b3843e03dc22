import type { Clock, Timer } from '../host/clock.js';
import { contained, type FaultReport } from '../host/faults.js';
import { PerformanceRecorder } from '../monitoring/performance-recorder.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import { FailoverNotice, noticeMs } from './failover-notice.js';
import type { Roles } from './roles.js';

const lookEveryMs = 100;

/** How long a primary may have no worker. A worker that died is normally replaced sooner. */
const noWorkersMs = 300;

/** With fewer requests in the window, the error rate is not judged. */
const leastRequests = 20;
const mostFailed = 0.5;

/** The state of a primary. */
export interface PrimarySeen {
  /** How long it has had no ready worker, in ms; 0 if it has one. */
  withoutWorkersMs: number;
  /** Its requests of the last 10 s that succeeded, failed or expired. */
  requests: number;
  /** The share of them that failed or expired; null without requests. */
  failed: number | null;
}

/** Why a primary must hand over to its standby; null if it need not. */
export function failoverReason({ withoutWorkersMs, requests, failed }: PrimarySeen): string | null {
  if (withoutWorkersMs >= noWorkersMs) return `it had no worker for ${Math.round(withoutWorkersMs)} ms`;
  if (requests < leastRequests || failed === null || failed <= mostFailed) return null;
  return `it failed ${(failed * 100).toFixed(1)}% of ${requests} requests in 10 s`;
}

export interface FailoverOptions {
  clock: Clock;
  deployments: DeploymentSet;
  roles: Roles;
  /** From the alerts: if the version that took over fails more than this, it does not serve well. */
  maxErrorRate: number;
  onFault: FaultReport;
}

/** Hands over to the standby if the primary cannot answer. */
export class Failover {
  readonly #options: FailoverOptions;
  #timer: Timer | null = null;
  /** Since when the primary has had no worker, on the monotonic clock. */
  #lostSince: number | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;
  readonly #notice: FailoverNotice;
  readonly #scratch = new PerformanceRecorder();

  constructor(options: FailoverOptions) {
    this.#options = options;
    this.#notice = new FailoverNotice(options.maxErrorRate);
  }

  /**
   * Describes the failover until the host has acted, or until the version that took over has served well for a while; null if there was
   * none.
   */
  get message(): string | null {
    return this.#notice.messageFor(this.#options.deployments.primary);
  }

  /** The host has changed the roles of versions. */
  acknowledge(): void {
    this.#notice.clear();
  }

  /** The host has retired a version. */
  acknowledgeRetired(deployment: Deployment): void {
    if (this.#notice.isOf(deployment)) this.#notice.clear();
  }

  watch(): void {
    const { clock, onFault } = this.#options;
    this.#timer ??= clock.every(lookEveryMs, () => contained(() => this.look(), onFault));
  }

  dispose(): void {
    this.#timer?.clear();
  }

  look(): void {
    const { clock, deployments, roles } = this.#options;
    const { primary, standby } = deployments;
    const now = clock.now();
    this.#notice.look(primary, now, () => ({ ready: primary.workers.ready, failed: this.#recent(primary).failed }));
    const isLost = primary.workers.ready === 0;
    this.#lostSince = isLost ? (this.#lostSince ?? now) : null;
    // After a failover the standby may be no better. The two must not take turns.
    if (standby === null || standby.workers.ready === 0 || now - this.#lastAt < noticeMs) return;
    const withoutWorkersMs = this.#lostSince === null ? 0 : now - this.#lostSince;
    const reason = failoverReason({ withoutWorkersMs, ...this.#recent(primary) });
    if (reason === null) return;
    const version = JSON.stringify(primary.model.version);
    const message = `Version ${version} has handed over to ${JSON.stringify(standby.model.version)}: ${reason}`;
    this.#notice.raise({ from: primary, to: standby, message }, now);
    this.#lastAt = now;
    this.#lostSince = null;
    roles.replacePrimary(standby, { type: 'failedOver', reason: `${version}: ${reason}` });
  }

  #recent({ stats }: Deployment): Pick<PrimarySeen, 'requests' | 'failed'> {
    this.#scratch.reset();
    stats.history.eachRecent((recorder) => this.#scratch.requests.add(recorder.requests));
    const { accepted, errorRate } = this.#scratch.requests;
    return { requests: accepted, failed: errorRate };
  }
}
