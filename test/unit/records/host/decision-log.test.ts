import { describe, expect, it } from 'vitest';
import { DecisionLog } from '../../../../src/records/host/decision-log.js';
import { ringControl, ringMemory, ringWords, unitBytes } from '../../../../src/records/ring/ring-memory.js';
import { FakeClock } from '../../../support/fake-clock.js';

const mebibyte = 1024 * 1024;

/** A log whose writer takes nothing. */
function logWith(ringBytes: number, isUrgent = false) {
  const ring = ringMemory(ringBytes);
  const control = ringControl(ring);
  const log = new DecisionLog(new FakeClock());
  log.start({
    ...{ ring, onFull: 'block', sample: { APPROVE: 1, REVIEW: 1, BLOCK: 1, shadow: 1 }, isUrgent },
    ...{ written: 0, bytes: 0, stalled: null },
    sendContext: () => {},
    sendPolicy: () => {},
    find: () => null,
    close: () => Promise.resolve(),
  });
  return {
    log,
    /** The writer is behind by so many bytes. */
    wait: (bytes: number) =>
      Atomics.store(control, ringWords.tail, (control[ringWords.head] as number) - bytes / unitBytes),
    atSink: () => Atomics.store(control, ringWords.atSink, 1),
  };
}

describe('whether a batch may be sent while decisions wait to be written (block)', () => {
  it('lets half of the memory wait for a core', () => {
    const { log, wait } = logWith(32 * mebibyte);
    wait(16 * mebibyte);
    expect(log.mayRun()).toBe(true);
    wait(16 * mebibyte + unitBytes);
    expect(log.mayRun()).toBe(false);
  });

  it('lets more of it wait for a sink, up to what one more batch needs', () => {
    const { log, wait, atSink } = logWith(32 * mebibyte);
    atSink();
    wait(28 * mebibyte);
    expect(log.mayRun()).toBe(true);
    wait(28 * mebibyte + unitBytes);
    expect(log.mayRun()).toBe(false);
  });

  it('lets little wait for a core while the host wants the records to be safe soon', () => {
    const { log, wait } = logWith(32 * mebibyte, true);
    wait(2 * mebibyte);
    expect(log.mayRun()).toBe(true);
    wait(2 * mebibyte + unitBytes);
    expect(log.mayRun()).toBe(false);
  });

  it('lets no more than half of a small memory wait, however urgent it is', () => {
    const { log, wait } = logWith(mebibyte, true);
    wait(mebibyte / 2);
    expect(log.mayRun()).toBe(true);
    wait(mebibyte / 2 + unitBytes);
    expect(log.mayRun()).toBe(false);
  });

  it('lets a batch that needs more than the memory has run alone, and not wait for ever', () => {
    const { log } = logWith(4_096);
    log.bytesToCome = () => 100_000;
    expect(log.mayRun()).toBe(true);
    log.isIdle = () => false;
    expect(log.mayRun()).toBe(false);
    log.isIdle = () => true;
    log.outcome({ id: 'a', isFraud: true }, true);
    expect(log.mayRun()).toBe(false);
  });
});
