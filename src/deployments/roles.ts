import type { DeploymentEvent } from '../api/events.js';
import type { Clock, Timer } from '../host/clock.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { Deployment } from './deployment.js';
import type { DeploymentSet } from './deployment-set.js';
import type { Retirement } from './retirement.js';
import type { Shadow } from './shadow/shadow.js';
import type { Workforce } from './workforce.js';

export interface RolesOptions {
  clock: Clock;
  deployments: DeploymentSet;
  retirement: Retirement;
  workforce: Workforce;
  /** How long the previous primary is kept ready. */
  keepPreviousMs: number;
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
  onFault: FaultReport;
}

/** Changes the roles of versions between two batches. The numbers of workers follow. */
export class Roles {
  readonly #options: RolesOptions;
  /** Ends the standby when its time is over. */
  #standbyTimer: Timer | null = null;

  constructor(options: RolesOptions) {
    this.#options = options;
  }

  /**
   * @param event the event to emit.
   * @returns the previous primary, which is now the standby or retires.
   */
  replacePrimary(deployment: Deployment, event: Pick<DeploymentEvent, 'type' | 'reason'>): Deployment {
    const { clock, deployments, keepPreviousMs } = this.#options;
    const { primary: before, standby } = deployments;
    this.#standbyTimer?.clear();
    this.#standbyTimer = null;
    const isKept = keepPreviousMs > 0;
    const ending = [standby === deployment ? null : standby, isKept ? null : before].filter((one) => one !== null);
    deployments.setPrimary(deployment);
    deployments.setStandby(isKept ? before : null);
    for (const one of ending) deployments.end(one);
    if (isKept && Number.isFinite(keepPreviousMs)) {
      this.#standbyTimer = clock.background(keepPreviousMs, () => this.#endStandby(before));
    }
    const reason = isKept ? 'another version is the standby now' : 'keepPreviousMs is 0';
    this.#changed([deployment], event);
    for (const one of ending) this.#end(one, reason);
    return before;
  }

  setShares(
    shares: readonly { deployment: Deployment; share: number }[],
    event: Pick<DeploymentEvent, 'type' | 'reason'>,
  ): void {
    for (const { deployment, share } of shares) this.#options.deployments.setChallenger(deployment, share);
    this.#changed(
      shares.map(({ deployment }) => deployment),
      event,
    );
  }

  addShadow(shadow: Shadow, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    this.#options.deployments.copies.addShadow(shadow);
    this.#changed([shadow.deployment], event);
  }

  /** Emits an event about a version whose role does not change. */
  tellOf(deployment: Deployment, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    const { deployments, tell } = this.#options;
    tell({ ...event, version: deployment.model.version, traffic: deployments.trafficOf(deployment) });
  }

  /**
   * Takes a version's traffic away at once. Resolves when its workers have ended.
   *
   * @param first the event to emit before `retired`.
   */
  retire(
    deployment: Deployment,
    reason: string | null,
    first: Omit<DeploymentEvent, 'at' | 'version' | 'traffic'> | null = null,
  ): Promise<void> {
    const { deployments, retirement, workforce, tell } = this.#options;
    if (deployments.standby === deployment) deployments.setStandby(null);
    deployments.dropChallenger(deployment);
    deployments.end(deployment);
    workforce.adapt();
    const ended = retirement.retire(deployment);
    if (first !== null) tell({ ...first, version: deployment.model.version, traffic: 0 });
    const event = { type: 'retired', version: deployment.model.version, traffic: 0 } as const;
    tell(reason === null ? event : { ...event, reason });
    return ended;
  }

  dispose(): void {
    this.#standbyTimer?.clear();
  }

  #endStandby(standby: Deployment): void {
    if (this.#options.deployments.standby === standby) this.#end(standby, 'its keepPreviousMs are over');
  }

  #end(deployment: Deployment, reason: string): void {
    watched(this.retire(deployment, reason), this.#options.onFault);
  }

  /** Call this after everything is changed: a listener may read everything, and change it again. */
  #changed(changed: readonly Deployment[], event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    const { deployments, workforce, tell } = this.#options;
    workforce.adapt();
    const events = changed.map((deployment) => {
      return { ...event, version: deployment.model.version, traffic: deployments.trafficOf(deployment) };
    });
    for (const one of events) tell(one);
  }
}
