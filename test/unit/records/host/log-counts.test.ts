import { describe, expect, it } from 'vitest';
import { LogCounts } from '../../../../src/records/host/log-counts.js';
import type { Recording } from '../../../../src/records/host/recording.js';
import { ringMemory } from '../../../../src/records/ring/ring-memory.js';
import { FakeClock } from '../../../support/fake-clock.js';

const recording: Recording = {
  ...{ ring: ringMemory(4_096), onFull: 'block', sample: { APPROVE: 1, REVIEW: 1, BLOCK: 1, shadow: 1 } },
  ...{ isUrgent: false, written: 0, bytes: 0, stalled: { reason: 'the disk is full (ENOSPC)', since: 0 } },
  sendContext: () => {},
  sendPolicy: () => {},
  find: () => null,
  close: () => Promise.resolve(),
};

describe('the message of the alert `records`', () => {
  it('is there while the sink takes nothing, and goes when the recording is closed', () => {
    const counts = new LogCounts(new FakeClock());
    counts.begin(recording);
    expect(counts.message).toBe('Decisions are not recorded: the disk is full (ENOSPC)');
    counts.end();
    expect(counts.message).toBeNull();
  });

  it('stays where the recording has ended by itself', () => {
    const counts = new LogCounts(new FakeClock());
    counts.begin(recording);
    counts.end();
    counts.failure = 'it has ended';
    expect(counts.message).toContain('it has ended');
  });
});
