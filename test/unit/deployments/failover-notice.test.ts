import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../../src/deployments/deployment.js';
import { FailoverNotice, type SuccessorSeen } from '../../../src/deployments/failover-notice.js';

// Only told apart.
const [from, to, other] = [{}, {}, {}] as unknown as [Deployment, Deployment, Deployment];
const well: SuccessorSeen = { ready: 1, failed: 0.01 };

function raised(): FailoverNotice {
  const notice = new FailoverNotice(0.01);
  notice.raise({ from, to, message: 'it has handed over' }, 1_000);
  return notice;
}

describe('the notice of a failover', () => {
  it('stays for a minute, however well the version that took over serves', () => {
    const notice = raised();
    notice.look(to, 60_999, () => well);
    expect(notice.messageFor(to)).toBe('it has handed over');
    notice.look(to, 61_000, () => well);
    expect(notice.messageFor(to)).toBeNull();
  });

  it.each<[string, SuccessorSeen]>([
    ['has no worker', { ready: 0, failed: null }],
    ['fails more than the alerts allow', { ready: 1, failed: 0.011 }],
  ])('stays longer if the version that took over %s', (_, seen) => {
    const notice = raised();
    notice.look(to, 500_000, () => seen);
    expect(notice.messageFor(to)).not.toBeNull();
    notice.look(to, 500_100, () => ({ ready: 1, failed: null }));
    expect(notice.messageFor(to)).toBeNull();
  });

  it('ends permanently when another version is the primary', () => {
    const notice = raised();
    expect(notice.messageFor(other)).toBeNull();
    notice.look(other, 2_000, () => well);
    // That of before is the primary again, because the host says so.
    expect(notice.messageFor(to)).toBeNull();
  });

  it('knows the version that failed until it ends', () => {
    const notice = raised();
    expect([notice.isOf(from), notice.isOf(to)]).toEqual([true, false]);
    notice.clear();
    expect(notice.isOf(from)).toBe(false);
  });
});
