import type { DashboardEvent, DashboardVersion } from '../api/dashboard.js';
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
