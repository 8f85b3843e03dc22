import type { FleetHook } from '../../../../fleet/fleet-hook.js';
import type { FleetVersion } from '../state/fleet-state.js';
import type { Wanted } from '../state/wanted.js';
import { type LoadedVersion, likeness } from './likeness.js';

/** The versions that a node has, and the roll-outs that brought them. */
export class KnownVersions {
  readonly #hook: Pick<FleetHook, 'models'>;
  readonly #rollouts = new Map<string, string>();

  constructor(hook: Pick<FleetHook, 'models'>) {
    this.#hook = hook;
  }

  /** The versions that are live. */
  get live(): readonly LoadedVersion[] {
    return this.#hook
      .models()
      .filter(({ role }) => role !== 'retired')
      .map((one) => ({ ...one, rollout: this.#rollouts.get(one.version) ?? null }));
  }

  find(version: string): LoadedVersion | undefined {
    return this.live.find((one) => one.version === version);
  }

  /** The live version of this name is the one that its roll-out means. */
  isOf({ version, rollout }: FleetVersion): void {
    if (rollout !== undefined) this.#rollouts.set(version, rollout);
  }

  /** A version may be the wanted one though another roll-out brought it, as its sha256 says. */
  recognise({ primary, challengers, shadows }: Wanted): void {
    const { live } = this;
    for (const wanted of [primary, ...challengers, ...shadows]) {
      const found = live.find(({ version }) => version === wanted?.version);
      if (wanted !== null && found !== undefined && likeness(wanted, found) === 'same') this.isOf(wanted);
    }
  }

  /** A version has ended. Another one of its name may come. */
  ended(version: string): void {
    this.#rollouts.delete(version);
  }
}
