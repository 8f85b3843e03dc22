import type { Clock, Timer } from '../host/clock.js';
import { contained, type FaultReport } from '../host/faults.js';
import { PerformanceRecorder } from '../monitoring/performance-recorder.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import { FailoverNotice, noticeMs } from './failover-notice.js';
import type { Roles } from './roles.js';

const lookEveryMs = 100;

/** For how long a primary may have no worker: one that died is replaced sooner, as a rule. */
const noWorkersMs = 300;

/** Fewer requests in the window say nothing. */
const leastRequests = 20;
const mostFailed = 0.5;

/** What is seen of a primary. */
export interface PrimarySeen {
  /** For how long it has had no worker that is ready, in ms; 0 where it has. */
  withoutWorkersMs: number;
  /** Requests of the last 10 s that were its to answer. */
  requests: number;
  /** The share of them that failed or expired; null without any. */
  failed: number | null;
}

/** Why a primary must hand over to its standby; null where it need not. */
export function failoverReason({ withoutWorkersMs, requests, failed }: PrimarySeen): string | null {
  if (withoutWorkersMs >= noWorkersMs) return `it had no worker for ${Math.round(withoutWorkersMs)} ms`;
  if (requests < leastRequests || failed === null || failed <= mostFailed) return null;
  return `it failed ${(failed * 100).toFixed(1)}% of ${requests} requests in 10 s`;
}

export interface FailoverOptions {
  clock: Clock;
  deployments: DeploymentSet;
  roles: Roles;
  /** Of the alerts: where the version that took over fails more, it does not serve well. */
  maxErrorRate: number;
  onFault: FaultReport;
}

/** Hands over to the standby where the primary can't answer. */
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

  /** What happened, until the host has acted on it, or the version that took over has served well for a while; null where nothing did. */
  get message(): string | null {
    return this.#notice.messageFor(this.#options.deployments.primary);
  }

  /** The host has changed who answers what. */
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
    // After a failover the standby may be no better: the two must not take turns.
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
