import type { Logger } from '../../../../api/logger.js';
import type { DesiredEntry } from '../desired-entry.js';
import type { FleetState } from '../state/fleet-state.js';
import { wantedOf } from '../state/wanted.js';

/** Logs which versions the node is about to serve, if a new state names others than the one before. */
export function logFollowed(logger: Logger, before: FleetState, { state, revision }: DesiredEntry): void {
  const served = servedOf(state);
  if (served.primary === null || JSON.stringify(served) === JSON.stringify(servedOf(before))) return;
  logger.info('Fleet: the node follows another deployment', { revision, ...served });
}

function servedOf(state: FleetState): { primary: string | null; challengers: string[]; shadows: string[] } {
  const { primary, challengers, shadows } = wantedOf(state);
  return {
    primary: primary?.version ?? null,
    challengers: challengers.map(({ version, traffic }) => `${version}: ${traffic}`),
    shadows: shadows.map(({ version }) => version),
  };
}
