import type { FleetChallenger, FleetShadow, FleetVersion } from '../state/fleet-state.js';
import type { Wanted } from '../state/wanted.js';
import { type LoadedVersion, likeness } from './likeness.js';

/**
 * What a node should do next. All but `deploy`, and `promote` of a shadow, take effect at once. A version to `deploy` may be live: then it is not
 * certain that it is the wanted one of its name, or it is another one that should stay until the wanted one was found.
 */
export type Action =
  | { kind: 'rollback' }
  | { kind: 'promote'; version: string; loads: boolean }
  | { kind: 'retire'; version: string }
  | { kind: 'setTraffic'; shares: Readonly<Record<string, number>> }
  | { kind: 'deploy'; version: FleetVersion; role: DeployedRole };

/** The role that a version is loaded for. */
export type DeployedRole =
  | { kind: 'primary' }
  | { kind: 'challenger'; traffic: number }
  | { kind: 'shadow'; sample: number | undefined };

/**
 * The next step from what a node has to what it should have; null if there is nothing to do. It is a pure function: the caller obeys and asks
 * again. What takes traffic away, or gives it to a version that is loaded, comes before what loads. So a rollback never waits for a version
 * that was deployed before.
 */
export function nextAction(wanted: Wanted, has: readonly LoadedVersion[]): Action | null {
  if (wanted.primary === null) return null;
  const live = new Map(has.filter(({ role }) => role !== 'retired').map((one) => [one.version, one]));
  return (
    takePrimary(wanted.primary, live) ??
    endOthers(wanted, live) ??
    shareTraffic(wanted.challengers, live) ??
    loadMissing(wanted, live)
  );
}

type Live = ReadonlyMap<string, LoadedVersion>;

/** The wanted primary, if it is live in another role. A shadow is promoted last, because it must be loaded again. */
function takePrimary(wanted: FleetVersion, live: Live): Action | null {
  const { version } = wanted;
  const found = live.get(version);
  if (found === undefined || likeness(wanted, found) !== 'same') return null;
  if (found.role === 'standby') return { kind: 'rollback' };
  return found.role === 'challenger' ? { kind: 'promote', version, loads: false } : null;
}

/** Ends versions that should not be there, or are others of their names, or should be loaded for another role. The standby is kept for a rollback. */
function endOthers(wanted: Wanted, live: Live): Action | null {
  for (const one of live.values()) {
    if (one.role !== 'primary' && !isKept(wanted, one)) return { kind: 'retire', version: one.version };
  }
  return null;
}

function isKept({ primary, challengers, shadows }: Wanted, one: LoadedVersion): boolean {
  const named = ({ version }: FleetVersion): boolean => version === one.version;
  const challenger = challengers.find(named);
  const shadow = shadows.find(named);
  switch (one.role) {
    case 'standby':
      return challenger === undefined && shadow === undefined;
    case 'challenger':
      return isLike(challenger ?? (primary !== null && named(primary) ? primary : undefined), one);
    default:
      if (shadow !== undefined) return isLike(shadow, one) && (shadow.sample ?? 1) === one.sample;
      return isLike(primary !== null && named(primary) ? primary : undefined, one);
  }
}

function isLike(wanted: FleetVersion | undefined, one: LoadedVersion): boolean {
  return wanted !== undefined && likeness(wanted, one) !== 'other';
}

/** The shares of all challengers that are live, in one step: one by one they might exceed 1 together. */
function shareTraffic(challengers: readonly FleetChallenger[], live: Live): Action | null {
  const there = challengers.filter(({ version }) => live.get(version)?.role === 'challenger');
  if (there.every(({ version, traffic }) => live.get(version)?.traffic === traffic)) return null;
  return { kind: 'setTraffic', shares: Object.fromEntries(there.map(({ version, traffic }) => [version, traffic])) };
}

function loadMissing({ primary, challengers, shadows }: Wanted, live: Live): Action | null {
  const isMissing = (wanted: FleetVersion): boolean => {
    const found = live.get(wanted.version);
    return found === undefined || likeness(wanted, found) !== 'same';
  };
  if (primary !== null) {
    if (isMissing(primary)) return { kind: 'deploy', version: primary, role: { kind: 'primary' } };
    const { version } = primary;
    if (live.get(version)?.role === 'shadow') return { kind: 'promote', version, loads: true };
  }
  const challenger: FleetChallenger | undefined = challengers.find(isMissing);
  if (challenger !== undefined) {
    // `deploy` takes no share of 0. The next step corrects it.
    const traffic = Math.max(challenger.traffic, 1e-9);
    return { kind: 'deploy', version: challenger, role: { kind: 'challenger', traffic } };
  }
  const shadow: FleetShadow | undefined = shadows.find(isMissing);
  if (shadow === undefined) return null;
  return { kind: 'deploy', version: shadow, role: { kind: 'shadow', sample: shadow.sample } };
}
