import type { NodeError } from '../node-report.js';
import type { Wanted } from '../state/wanted.js';
import type { LoadedVersion } from './likeness.js';

/**
 * Holds the version that took over in a failover of this node, until the fleet wants another primary. Else the node would give the role back to the
 * version that has failed.
 */
export class FailoverHold {
  #error: NodeError | null = null;

  /** Says that the node does not serve the wanted primary; null if it does. */
  get error(): NodeError | null {
    return this.#error;
  }

  /** The standby has taken over from the primary. If another primary is wanted, that one is loaded and takes over: nothing is held. */
  begin({ primary }: Wanted, live: readonly LoadedVersion[], reason = 'it did not say why'): void {
    const failed = live.find(({ role }) => role === 'standby');
    if (primary === null || primary.version !== failed?.version) return;
    const message = `the standby took over: ${reason}; the node keeps it until the fleet wants another primary`;
    this.#error = { version: primary.version, code: 'FAILED_OVER', message };
  }

  end(): void {
    this.#error = null;
  }

  /** What is wanted, with the primary that took over. It is over if somebody has given the wanted primary its role back. */
  applied(wanted: Wanted, live: readonly LoadedVersion[]): Wanted {
    const primary = live.find(({ role }) => role === 'primary');
    if (this.#error === null || primary === undefined || wanted.primary === null) return wanted;
    const { model, version } = primary;
    if (version !== wanted.primary.version) return { ...wanted, primary: { model, version } };
    this.end();
    return wanted;
  }
}
