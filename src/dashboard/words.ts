import type { DashboardEvent, DashboardFleet, DashboardNode, DashboardVersion } from '../api/dashboard.js';
import { formatShare } from './format.js';

/** A role in one or two words. */
export function roleWords(role: DashboardVersion['role']): string {
  return {
    primary: '● primary',
    challenger: '◐ challenger',
    shadow: '○ shadow',
    standby: '□ standby',
    retired: '✕ retired',
  }[role];
}

/** The progress of a canary. */
export function canaryWords({ state, step, share, reason }: NonNullable<DashboardVersion['canary']>): string {
  const because = reason === null ? '' : `: ${reason}`;
  switch (state) {
    case 'running':
      return `▶ canary, step ${step + 1} at ${formatShare(share)}${because}`;
    case 'waiting':
      return `⏸ canary waits at ${formatShare(share)}${because}`;
    case 'promoted':
      return '✔ canary was promoted';
    case 'aborted':
      return `✖ canary was aborted${because}`;
  }
}

const eventNames: Record<DashboardEvent['type'], string> = {
  deployed: 'deployed',
  failed: 'failed to deploy',
  traffic: 'got another share',
  promoted: 'promoted',
  rolledBack: 'rolled back',
  failedOver: 'failed over',
  retired: 'retired',
  canaryStep: 'canary advanced',
  canaryWaiting: 'canary waits',
  canaryAborted: 'canary aborted',
  policy: 'policy changed',
  workerLost: 'worker lost',
};

export function eventWords({ type, traffic, reason }: DashboardEvent): string {
  const share = traffic === null ? '' : `, now at ${formatShare(traffic)}`;
  return `${eventNames[type] ?? type}${share}${reason === null ? '' : `: ${reason}`}`;
}

/** How many nodes a fleet has, and whether all answer. */
export function fleetWords({ answering, missing }: DashboardFleet): string {
  const nodes = `${answering} ${answering === 1 ? 'node' : 'nodes'}`;
  return missing === 0 ? nodes : `${nodes}, ${missing} missing`;
}

/** The versions of a node, with their shares if there are several. */
export function nodeVersionWords(versions: DashboardNode['versions']): string {
  return versions
    .filter(({ role }) => role !== 'standby')
    .map(({ version, role, traffic }) => {
      if (role === 'shadow') return `${version} (shadow)`;
      return traffic < 1 ? `${version} (${formatShare(traffic)})` : version;
    })
    .join(', ');
}
