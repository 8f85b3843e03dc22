import { describe, expect, it } from 'vitest';
import { DecisionLog } from '../../../../src/records/host/decision-log.js';
import type { Recording } from '../../../../src/records/host/recording.js';
import { ringMemory } from '../../../../src/records/ring/ring-memory.js';
import { FakeClock } from '../../../support/fake-clock.js';

const recording: Recording = {
  ...{ ring: ringMemory(4_096), onFull: 'block', sample: { APPROVE: 1, REVIEW: 1, BLOCK: 1, shadow: 1 } },
  ...{ written: 0, bytes: 0, stalled: null },
  sendContext: () => {},
  sendPolicy: () => {},
  find: () => null,
  close: () => Promise.resolve(),
};

describe('DecisionLog that blocks', () => {
  it('lets a batch that needs more than the ring has run alone, and not wait for ever', () => {
    const log = new DecisionLog(new FakeClock());
    log.start(recording);
    log.bytesToCome = () => 100_000;
    expect(log.mayRun()).toBe(true);
    log.isIdle = () => false;
    expect(log.mayRun()).toBe(false);
    log.isIdle = () => true;
    log.outcome({ id: 'a', isFraud: true }, true);
    expect(log.mayRun()).toBe(false);
  });
});
