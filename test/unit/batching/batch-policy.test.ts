import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchLimits, type BatchSnapshot, decideBatch } from '../../../src/batching/batch-policy.js';

const idle: BatchSnapshot = { waiting: 0, oldestWaitMs: 0, idleWorkers: 2, freeLanes: 4, latency: null };
const limits: BatchLimits = { maxBatchSize: 64, maxQueueDelayMs: 0, targetLatencyMs: 10 };

describe('decideBatch', () => {
  it('gives an idle worker at once whatever waits', () => {
    expect(decideBatch({ ...idle, waiting: 1 }, limits)).toEqual({ action: 'send', rows: 1 });
    expect(decideBatch({ ...idle, waiting: 63 }, limits)).toEqual({ action: 'send', rows: 63 });
  });

  it('lets the batch grow while all workers are busy, and sends a full one behind a busy worker', () => {
    const busy = { ...idle, idleWorkers: 0, freeLanes: 2 };
    expect(decideBatch({ ...busy, waiting: 63 }, limits)).toEqual({ action: 'wait', ms: Number.POSITIVE_INFINITY });
    expect(decideBatch({ ...busy, waiting: 64 }, limits)).toEqual({ action: 'send', rows: 64 });
    expect(decideBatch({ ...busy, waiting: 640, freeLanes: 0 }, limits)).toMatchObject({ action: 'wait' });
  });

  it('waits for others to join no longer than maxQueueDelayMs', () => {
    const patient = { ...limits, maxQueueDelayMs: 2 };
    expect(decideBatch({ ...idle, waiting: 3, oldestWaitMs: 0.5 }, patient)).toEqual({ action: 'wait', ms: 1.5 });
    expect(decideBatch({ ...idle, waiting: 3, oldestWaitMs: 2 }, patient)).toEqual({ action: 'send', rows: 3 });
    expect(decideBatch({ ...idle, waiting: 64 }, patient)).toEqual({ action: 'send', rows: 64 });
  });

  it('caps the batch so that the oldest request still meets the target', () => {
    const latency = { fixedMs: 1, perRowMs: 0.5 };
    expect(decideBatch({ ...idle, waiting: 50, latency }, limits)).toEqual({ action: 'send', rows: 18 });
    expect(decideBatch({ ...idle, waiting: 50, oldestWaitMs: 4, latency }, limits)).toEqual({
      action: 'send',
      rows: 10,
    });
    // Too late already: half the target, not a row at a time.
    expect(decideBatch({ ...idle, waiting: 50, oldestWaitMs: 400, latency }, limits)).toEqual({
      action: 'send',
      rows: 8,
    });
    // A fixed cost beyond the target: as long again for the rows.
    const slow = { fixedMs: 90, perRowMs: 3 };
    expect(decideBatch({ ...idle, waiting: 50, latency: slow }, limits)).toEqual({ action: 'send', rows: 30 });
    expect(decideBatch({ ...idle, waiting: 50, latency: { fixedMs: 1, perRowMs: 99 } }, limits)).toEqual({
      action: 'send',
      rows: 1,
    });
  });

  it('never sends more than waits or than maxBatchSize, never nothing, and never leaves an idle worker waiting for ever', () => {
    const latency = fc.option(
      fc.record({
        fixedMs: fc.double({ min: 0, max: 50, noNaN: true }),
        perRowMs: fc.double({ min: 0, max: 5, noNaN: true }),
      }),
    );
    const snapshot = fc.record({
      waiting: fc.nat(2_000),
      oldestWaitMs: fc.double({ min: 0, max: 100, noNaN: true }),
      idleWorkers: fc.nat(4),
      freeLanes: fc.nat(8),
      latency,
    });
    const anyLimits = fc.record({
      maxBatchSize: fc.integer({ min: 1, max: 512 }),
      maxQueueDelayMs: fc.double({ min: 0, max: 10, noNaN: true }),
      targetLatencyMs: fc.double({ min: 0.01, max: 100, noNaN: true }),
    });
    fc.assert(
      fc.property(snapshot, anyLimits, (moment, bounds) => {
        const decision = decideBatch(moment, bounds);
        if (decision.action === 'send') {
          expect(decision.rows).toBeGreaterThan(0);
          expect(decision.rows).toBeLessThanOrEqual(Math.min(moment.waiting, bounds.maxBatchSize));
          expect(moment.freeLanes).toBeGreaterThan(0);
        } else {
          expect(decision.ms).toBeGreaterThan(0);
          const couldSend = moment.waiting > 0 && moment.idleWorkers > 0 && moment.freeLanes > 0;
          if (couldSend) expect(decision.ms).toBeLessThanOrEqual(bounds.maxQueueDelayMs);
        }
      }),
    );
  });
});
