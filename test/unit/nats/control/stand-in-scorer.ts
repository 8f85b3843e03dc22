import type { DeployOptions } from '../../../../src/api/deployment.js';
import type { DeploymentEvent } from '../../../../src/api/events.js';
import type { DecisionPolicy } from '../../../../src/api/policy.js';
import type { FleetHook, PolicyOf } from '../../../../src/fleet/fleet-hook.js';
import type { LiveModel } from '../../../../src/fleet/live-models.js';
import type { FollowedScorer } from '../../../../src/integrations/nats/control/follow/followed-scorer.js';
import type { FoundModel } from '../../../../src/integrations/nats/control/models/model-source.js';

/** The sha256 of the files of a version. @param contents which of several models of that name. */
export const sha256Of = (contents: string): string => Buffer.from(contents.padEnd(32, '.')).toString('hex');

/** The files of a version, under a name that says what they are: `2` or `2 changed`. */
export const filesOf = (contents: string): FoundModel => ({ directory: contents, sha256: sha256Of(contents) });

/** A version on the stand-in. */
export const live = (
  contents: string,
  role: LiveModel['role'] = 'primary',
  others: Partial<LiveModel> = {},
): LiveModel => ({
  ...{ version: contents.split(' ')[0] ?? '', role, traffic: role === 'primary' ? 1 : 0, model: 'cards' },
  ...{ sha256: sha256Of(contents), sample: role === 'shadow' ? 1 : null },
  ...others,
});

/** A scorer with the roles and thresholds of a real one. Its loads end when the test says so, or at once. */
export class StandInScorer implements FollowedScorer, Pick<FleetHook, 'models' | 'setPolicies'> {
  readonly calls: string[] = [];
  /** What the host has set for each version. */
  readonly policies = new Map<string, Partial<DecisionPolicy>>();
  /** Ends the load: the version serves, and what it replaced has answered its requests; or it has failed. */
  loaded: (error?: Error) => void = () => {};
  /** The version serves. @returns says that what it replaced has answered its requests. */
  serve: () => () => void = () => () => {};
  #live: readonly LiveModel[];
  #listener: (event: DeploymentEvent) => void = () => {};

  /** @param own the thresholds of its options. */
  constructor(
    first: readonly LiveModel[] = [live('1')],
    readonly own: Partial<DecisionPolicy> = {},
    readonly isInstant = false,
  ) {
    this.#live = first;
    for (const { version } of first) this.policies.set(version, own);
  }

  models(): LiveModel[] {
    return [...this.#live];
  }

  setPolicies(of: PolicyOf): void {
    for (const { version } of this.#live) {
      const next = { ...this.own, ...of(version) };
      if (JSON.stringify(sorted(next)) === JSON.stringify(sorted(this.policies.get(version) ?? {}))) continue;
      this.policies.set(version, next);
      this.calls.push(`policy of ${version}`);
    }
  }

  deploy(directory: string, { traffic = 1, sample = 1, policy = {} }: DeployOptions): Promise<void> {
    this.calls.push(`deploy ${directory}`);
    const [version = ''] = directory.split(' ');
    if (this.#live.some((one) => one.version === version)) throw new Error(`${version} is live already`);
    const serve = (): void => {
      const thresholds = Object.entries(policy).filter(([, value]) => value !== undefined);
      this.policies.set(version, { ...this.own, ...Object.fromEntries(thresholds) });
      if (traffic === 1) this.#replace(live(directory));
      else if (traffic === 'shadow') this.#live = [...this.#live, live(directory, 'shadow', { sample })];
      else this.#live = [...this.#live, live(directory, 'challenger', { traffic })];
      this.tell({ type: 'deployed', version, at: 0 });
    };
    if (this.isInstant) return Promise.resolve().then(serve);
    return new Promise((resolve, reject) => {
      this.serve = () => {
        serve();
        return resolve;
      };
      this.loaded = (error) => {
        if (error !== undefined) return reject(error);
        serve();
        resolve();
      };
    });
  }

  async rollback(): Promise<void> {
    this.calls.push('rollback');
    this.#replace(this.#find(({ role }) => role === 'standby'));
    this.tell({
      type: 'rolledBack',
      version: this.#live.find(({ role }) => role === 'primary')?.version ?? null,
      at: 0,
    });
  }

  async promote(version: string): Promise<void> {
    this.calls.push(`promote ${version}`);
    this.#replace(this.#find((one) => one.version === version));
    this.tell({ type: 'promoted', version, at: 0 });
  }

  setTraffic(shares: Readonly<Record<string, number>>): void {
    this.calls.push('setTraffic');
    this.#live = this.#live.map((one) => ({ ...one, traffic: shares[one.version] ?? one.traffic }));
  }

  async retire(version: string): Promise<void> {
    this.calls.push(`retire ${version}`);
    this.#live = this.#live.filter((one) => one.version !== version);
    this.tell({ type: 'retired', version, at: 0 });
  }

  on(_event: 'deployment', listener: (event: DeploymentEvent) => void): void {
    this.#listener = listener;
  }

  off(): void {
    this.#listener = () => {};
  }

  tell(event: DeploymentEvent): void {
    this.#listener(event);
  }

  /** The standby takes over. */
  failOver(reason: string): void {
    const standby = this.#find(({ role }) => role === 'standby');
    this.#replace(standby);
    this.tell({ type: 'failedOver', version: standby.version, at: 0, reason });
  }

  #find(is: (one: LiveModel) => boolean): LiveModel {
    const found = this.#live.find(is);
    if (found === undefined) throw new Error('there is no such version');
    return found;
  }

  #replace(next: LiveModel): void {
    const others = this.#live.filter(({ version, role }) => version !== next.version && role !== 'standby');
    this.#live = [
      { ...next, role: 'primary', traffic: 1, sample: null },
      ...others.map((one) => (one.role === 'primary' ? { ...one, role: 'standby' as const, traffic: 0 } : one)),
    ];
  }
}

function sorted(policy: Partial<DecisionPolicy>): [string, number][] {
  return Object.entries(policy).sort(([one], [other]) => (one < other ? -1 : 1));
}
