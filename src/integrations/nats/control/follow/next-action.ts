import type { FleetChallenger, FleetShadow, FleetVersion } from '../state/fleet-state.js';
import type { Wanted } from '../state/wanted.js';

/** A version that a node has, as `deployments()` lists it. */
export interface LiveDeployment {
  readonly version: string;
  readonly role: string;
  /** Its share of the node's traffic, in [0, 1]. */
  readonly traffic: number;
}

/** What a node should do next. All but `deploy`, and `promote` of a shadow, take effect at once. */
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
export function nextAction(wanted: Wanted, has: readonly LiveDeployment[]): Action | null {
  if (wanted.primary === null) return null;
  const live = new Map(has.filter(({ role }) => role !== 'retired').map((one) => [one.version, one]));
  return (
    takePrimary(wanted.primary, live) ??
    endOthers(wanted, live) ??
    shareTraffic(wanted.challengers, live) ??
    loadMissing(wanted, live)
  );
}

type Live = ReadonlyMap<string, LiveDeployment>;

/** The wanted primary, if it is live in another role. A shadow is promoted last, because it must be loaded again. */
function takePrimary({ version }: FleetVersion, live: Live): Action | null {
  const role = live.get(version)?.role;
  if (role === 'standby') return { kind: 'rollback' };
  return role === 'challenger' ? { kind: 'promote', version, loads: false } : null;
}

/** Ends versions that should not be there, or should be loaded for another role. The standby is kept for a rollback. */
function endOthers({ primary, challengers, shadows }: Wanted, live: Live): Action | null {
  const roles = new Map([
    ...challengers.map(({ version }) => [version, 'challenger'] as const),
    ...shadows.map(({ version }) => [version, 'shadow'] as const),
  ]);
  for (const { version, role } of live.values()) {
    if (role === 'primary' || version === primary?.version) continue;
    const isKept = role === 'standby' ? !roles.has(version) : roles.get(version) === role;
    if (!isKept) return { kind: 'retire', version };
  }
  return null;
}

/** The shares of all challengers that are live, in one step: one by one they might exceed 1 together. */
function shareTraffic(challengers: readonly FleetChallenger[], live: Live): Action | null {
  const there = challengers.filter(({ version }) => live.get(version)?.role === 'challenger');
  if (there.every(({ version, traffic }) => live.get(version)?.traffic === traffic)) return null;
  return { kind: 'setTraffic', shares: Object.fromEntries(there.map(({ version, traffic }) => [version, traffic])) };
}

function loadMissing({ primary, challengers, shadows }: Wanted, live: Live): Action | null {
  if (primary !== null) {
    const role = live.get(primary.version)?.role;
    if (role === 'shadow') return { kind: 'promote', version: primary.version, loads: true };
    if (role === undefined) return { kind: 'deploy', version: primary, role: { kind: 'primary' } };
  }
  const isMissing = ({ version }: FleetVersion): boolean => !live.has(version);
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
