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
  /** How long the primary before is kept warm. */
  keepPreviousMs: number;
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
  onFault: FaultReport;
}

/** Changes who answers what, between two batches; the workers follow. */
export class Roles {
  readonly #options: RolesOptions;
  /** Ends the standby when its time is over. */
  #standbyTimer: Timer | null = null;

  constructor(options: RolesOptions) {
    this.#options = options;
  }

  /**
   * @param event what is said of it.
   * @returns the primary before, which is the standby now, or retires.
   */
  replacePrimary(deployment: Deployment, event: Pick<DeploymentEvent, 'type' | 'reason'>): Deployment {
    const { clock, deployments, keepPreviousMs } = this.#options;
    const { primary: before, standby } = deployments;
    this.#standbyTimer?.clear();
    this.#standbyTimer = null;
    deployments.setPrimary(deployment);
    deployments.setStandby(null);
    this.#changed(deployment, event);
    if (standby !== null && standby !== deployment) this.#end(standby, 'another version is the standby now');
    if (keepPreviousMs === 0) {
      this.#end(before, 'keepPreviousMs is 0');
      return before;
    }
    deployments.setStandby(before);
    if (Number.isFinite(keepPreviousMs)) {
      this.#standbyTimer = clock.background(keepPreviousMs, () => this.#endStandby(before));
    }
    return before;
  }

  setShare(deployment: Deployment, share: number, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    this.#options.deployments.setChallenger(deployment, share);
    this.#changed(deployment, event);
  }

  addShadow(shadow: Shadow, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    this.#options.deployments.copies.addShadow(shadow);
    this.#changed(shadow.deployment, event);
  }

  /** Says something of a version whose role stays. */
  tellOf(deployment: Deployment, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    const { deployments, tell } = this.#options;
    tell({ ...event, version: deployment.model.version, traffic: deployments.trafficOf(deployment) });
  }

  /**
   * Takes a version's traffic away at once. Resolves once its workers have ended.
   *
   * @param first what is said before that it is retired.
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
    if (first !== null) tell({ ...first, version: deployment.model.version, traffic: 0 });
    const event = { type: 'retired', version: deployment.model.version, traffic: 0 } as const;
    tell(reason === null ? event : { ...event, reason });
    return retirement.retire(deployment);
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

  #changed(deployment: Deployment, event: Pick<DeploymentEvent, 'type' | 'reason'>): void {
    this.#options.workforce.adapt();
    this.tellOf(deployment, event);
  }
}
