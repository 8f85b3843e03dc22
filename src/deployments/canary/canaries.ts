import type { CanarySummary } from '../../api/versions.js';
import type { Clock, Timer } from '../../host/clock.js';
import { contained, type FaultReport, watched } from '../../host/faults.js';
import { readVersion } from '../../monitoring/version-reading.js';
import type { Deployment } from '../deployment.js';
import type { DeploymentSet } from '../deployment-set.js';
import type { Roles } from '../roles.js';
import { Canary } from './canary.js';
import type { CanaryPlan } from './options.js';
import type { Verdict } from './verdict.js';

const lookEveryMs = 250;

export interface CanariesOptions {
  clock: Clock;
  deployments: DeploymentSet;
  roles: Roles;
  /** The host's gate threw, or gave an invalid answer. */
  onGateFailure: (version: string, reason: string) => void;
  onFault: FaultReport;
}

/** Checks the canaries once a second and carries out the verdicts. */
export class Canaries {
  readonly #options: CanariesOptions;
  readonly #canaries = new Map<Deployment, Canary>();
  /** For each waiting canary, the reason that was reported last. */
  readonly #told = new Map<Deployment, string>();
  #timer: Timer | null = null;

  constructor(options: CanariesOptions) {
    this.#options = options;
  }

  /** @param deployment a challenger that has the share of the first step. */
  start(deployment: Deployment, plan: CanaryPlan): void {
    const { clock, onGateFailure, onFault } = this.#options;
    const look = (): void => contained(() => this.#look(deployment), onFault);
    const canary = new Canary(plan, {
      onFailure: (reason) => onGateFailure(deployment.model.version, reason),
      // In its own turn, so that the host's gate is not on the stack.
      onAnswer: () => clock.soon(look),
    });
    this.#canaries.set(deployment, canary);
    this.#timer ??= clock.every(lookEveryMs, () => this.lookAtAll());
  }

  /** null for a version that never was a canary. */
  summaryOf(deployment: Deployment): CanarySummary | null {
    return this.#canaries.get(deployment)?.summary ?? null;
  }

  /** Whether a canary controls this version's share. If so, it cannot be set by hand. */
  leads(deployment: Deployment): boolean {
    const canary = this.#canaries.get(deployment);
    return canary !== undefined && !canary.isOver;
  }

  /** A newer version serves, so the measurements so far no longer compare with it. */
  restartAll(except: Deployment): void {
    for (const [deployment, canary] of this.#canaries) if (deployment !== except) canary.restart();
  }

  /** The host, or the package, has promoted or retired a version. */
  ended(deployment: Deployment, kind: 'promoted' | 'aborted', reason: string): void {
    this.#canaries.get(deployment)?.end(kind, reason);
  }

  /** Forgets a version that is gone. */
  forget(deployment: Deployment): void {
    this.#canaries.delete(deployment);
    this.#told.delete(deployment);
    if (this.#canaries.size > 0) return;
    this.#timer?.clear();
    this.#timer = null;
  }

  dispose(): void {
    this.#timer?.clear();
    this.#timer = null;
    this.#canaries.clear();
  }

  lookAtAll(): void {
    for (const deployment of [...this.#canaries.keys()]) contained(() => this.#look(deployment), this.#options.onFault);
  }

  #look(deployment: Deployment): void {
    const { clock, deployments } = this.#options;
    const canary = this.#canaries.get(deployment);
    if (canary === undefined || canary.isOver || deployments.roleOf(deployment) !== 'challenger') return;
    const { primary, experiments } = deployments;
    const verdict = canary.look(
      clock.now(),
      readVersion(primary.model.version, primary.stats),
      readVersion(deployment.model.version, deployment.stats),
      experiments.designEffectOf(deployment),
      deployments.challengers.shareBut(deployment),
    );
    this.#follow(deployment, verdict);
  }

  #follow(deployment: Deployment, verdict: Verdict): void {
    const { roles, onFault } = this.#options;
    if (verdict.kind !== 'waiting' && verdict.kind !== 'stay') this.#told.delete(deployment);
    switch (verdict.kind) {
      case 'stay':
        return;
      case 'waiting':
        if (this.#told.get(deployment) === verdict.reason) return;
        this.#told.set(deployment, verdict.reason);
        roles.tellOf(deployment, { type: 'canaryWaiting', reason: verdict.reason });
        return;
      case 'step':
        roles.setShares([{ deployment, share: verdict.share }], { type: 'canaryStep' });
        return;
      case 'promote':
        roles.replacePrimary(deployment, { type: 'promoted', reason: 'its canary has passed all steps' });
        return;
      case 'abort': {
        const { guard, seen, allowed, reason } = verdict;
        // The event before has the full reason. A host that logs both need not read it twice.
        const aborted = { type: 'canaryAborted', guard, seen, allowed, reason } as const;
        watched(roles.retire(deployment, 'its canary was aborted', aborted), onFault);
      }
    }
  }
}
