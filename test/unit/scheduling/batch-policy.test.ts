import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchLimits } from '../../../src/api/options.js';
import { type BatchSnapshot, decideBatch, leastAnswerMs } from '../../../src/scheduling/batch-policy.js';

const idle: BatchSnapshot = {
  waiting: 0,
  oldestWaitMs: 0,
  soonestDeadlineMs: Number.POSITIVE_INFINITY,
  idleWorkers: 2,
  freePlaces: 4,
  latency: null,
  columnsWait: false,
  sentSinceColumns: 0,
};
const limits: BatchLimits = { maxBatchSize: 64, maxQueueDelayMs: 0, targetLatencyMs: 10 };

describe('decideBatch', () => {
  it('gives an idle worker everything that waits, at once', () => {
    expect(decideBatch({ ...idle, waiting: 1 }, limits)).toEqual({ action: 'send', rows: 1, reason: 'idleWorker' });
    expect(decideBatch({ ...idle, waiting: 63 }, limits)).toEqual({ action: 'send', rows: 63, reason: 'idleWorker' });
  });

  const busy = { ...idle, idleWorkers: 0, freePlaces: 2 };
  const wait = { action: 'wait', ms: Number.POSITIVE_INFINITY };

  it('lets the batch grow while all workers are busy, and sends no late batch to a busy worker', () => {
    for (const waiting of [63, 64, 127]) expect(decideBatch({ ...busy, waiting }, limits)).toEqual(wait);
    expect(decideBatch({ ...busy, waiting: 3, oldestWaitMs: 400, soonestDeadlineMs: 0 }, limits)).toEqual(wait);
  });

  it('sends a full batch to a busy worker where another full one waits behind it', () => {
    const full = { action: 'send', rows: 64, reason: 'full' };
    expect(decideBatch({ ...busy, waiting: 128 }, limits)).toEqual(full);
    expect(decideBatch({ ...busy, waiting: 640, idleWorkers: 1 }, limits)).toEqual(full);
    expect(decideBatch({ ...busy, waiting: 640, freePlaces: 0 }, limits)).toEqual(wait);
  });

  it('sends no small batch to a busy worker, whether the host or the target latency keeps it small', () => {
    expect(decideBatch({ ...busy, waiting: 640 }, { ...limits, maxBatchSize: 63 })).toEqual(wait);
    const latency = { fixedMs: 0, perRowMs: 1, perRowAtLeastMs: 1 };
    expect(decideBatch({ ...busy, waiting: 640, latency }, limits)).toEqual(wait);
  });

  it('sends requests behind a busy worker if columns would take the place otherwise', () => {
    const both = { ...busy, columnsWait: true };
    expect(decideBatch({ ...both, waiting: 64 }, limits)).toEqual({ action: 'send', rows: 64, reason: 'full' });
    expect(decideBatch(both, limits)).toEqual({ action: 'sendColumns' });
  });

  it('limits a batch to maxRunMs, however long its requests may wait, but not below the fixed cost of a batch', () => {
    const patient = { maxBatchSize: 256, maxQueueDelayMs: 20, targetLatencyMs: 200, maxRunMs: 0.5 };
    const rowsSent = (fixedMs: number, perRowMs: number): unknown => {
      const latency = { fixedMs, perRowMs, perRowAtLeastMs: perRowMs };
      return decideBatch({ ...idle, waiting: 300, latency }, patient);
    };
    expect(rowsSent(0.25, 0.0078125)).toEqual({ action: 'send', rows: 32, reason: 'deadline' });
    expect(rowsSent(1, 0.0625)).toEqual({ action: 'send', rows: 16, reason: 'deadline' });
    expect(rowsSent(0, 5)).toEqual({ action: 'send', rows: 1, reason: 'deadline' });
    expect(rowsSent(0, 0.001)).toEqual({ action: 'send', rows: 256, reason: 'full' });
  });

  it('waits for others to join no longer than maxQueueDelayMs', () => {
    const patient = { ...limits, maxQueueDelayMs: 2 };
    expect(decideBatch({ ...idle, waiting: 3, oldestWaitMs: 0.5 }, patient)).toEqual({ action: 'wait', ms: 1.5 });
    expect(decideBatch({ ...idle, waiting: 3, oldestWaitMs: 2 }, patient)).toEqual({
      action: 'send',
      rows: 3,
      reason: 'delayOver',
    });
    expect(decideBatch({ ...idle, waiting: 64 }, patient)).toEqual({ action: 'send', rows: 64, reason: 'full' });
  });

  it('does not hold a batch back beyond the target latency or a deadline of those that wait', () => {
    const patient = { ...limits, maxQueueDelayMs: 8 };
    const latency = { fixedMs: 1, perRowMs: 0.5, perRowAtLeastMs: 0 };
    const snapshot = { ...idle, waiting: 4, oldestWaitMs: 1, latency };
    expect(decideBatch(snapshot, patient)).toEqual({ action: 'wait', ms: 5 });
    expect(decideBatch({ ...snapshot, soonestDeadlineMs: 5 }, patient)).toEqual({ action: 'wait', ms: 1 });
    const late = { action: 'send', rows: 4, reason: 'deadline' };
    expect(decideBatch({ ...snapshot, soonestDeadlineMs: 4 }, patient)).toEqual(late);
    expect(decideBatch({ ...snapshot, oldestWaitMs: 6 }, patient)).toEqual(late);
  });

  it('gives columns the lanes that requests leave free, and one in nine if they leave none', () => {
    const both = { ...idle, waiting: 640, columnsWait: true };
    expect(decideBatch({ ...idle, columnsWait: true }, limits)).toEqual({ action: 'sendColumns' });
    expect(decideBatch({ ...both, sentSinceColumns: 7 }, limits)).toMatchObject({ action: 'send' });
    expect(decideBatch({ ...both, sentSinceColumns: 8 }, limits)).toEqual({ action: 'sendColumns' });
    const few = { ...both, waiting: 3, idleWorkers: 0 };
    expect(decideBatch(few, limits)).toEqual({ action: 'send', rows: 3, reason: 'idleWorker' });
    expect(decideBatch({ ...both, sentSinceColumns: 8, freePlaces: 0 }, limits)).toMatchObject({ action: 'wait' });
  });

  it('caps the batch so that the oldest request still meets the target', () => {
    const latency = { fixedMs: 1, perRowMs: 0.5, perRowAtLeastMs: 0 };
    const rowsFor = (snapshot: Partial<BatchSnapshot>): unknown =>
      decideBatch({ ...idle, waiting: 50, latency, ...snapshot }, limits);
    expect(rowsFor({})).toEqual({ action: 'send', rows: 18, reason: 'deadline' });
    expect(rowsFor({ oldestWaitMs: 4 })).toMatchObject({ rows: 10 });
    // Too late already: half the target, not a row at a time.
    expect(rowsFor({ oldestWaitMs: 400 })).toMatchObject({ rows: 8 });
    // A fixed cost beyond the target: as long again for the rows.
    expect(rowsFor({ latency: { ...latency, fixedMs: 90, perRowMs: 3 } })).toMatchObject({ rows: 30 });
    expect(rowsFor({ latency: { ...latency, perRowMs: 99 } })).toMatchObject({ rows: 1 });
  });

  it('never sends more than waits or than maxBatchSize, never nothing, and never lets an idle worker wait for ever', () => {
    const latency = fc.option(
      fc.record({
        fixedMs: fc.double({ min: 0, max: 50, noNaN: true }),
        perRowMs: fc.double({ min: 0, max: 5, noNaN: true }),
        perRowAtLeastMs: fc.constant(0),
      }),
    );
    const snapshot = fc.record({
      waiting: fc.nat(2_000),
      oldestWaitMs: fc.double({ min: 0, max: 100, noNaN: true }),
      soonestDeadlineMs: fc.double({ min: -5, noNaN: true }),
      columnsWait: fc.boolean(),
      sentSinceColumns: fc.nat(12),
      idleWorkers: fc.nat(4),
      freePlaces: fc.nat(8),
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
        if (moment.idleWorkers === 0 && !moment.columnsWait) {
          if (decision.action === 'wait') expect(decision.ms).toBe(Number.POSITIVE_INFINITY);
          // To a busy worker goes no small batch, and none that leaves less than another full one.
          else expect(decision).toMatchObject({ action: 'send' });
          if (decision.action === 'send') {
            expect(decision.rows).toBeGreaterThanOrEqual(64);
            expect(moment.waiting).toBeGreaterThanOrEqual(2 * decision.rows);
          }
        }
        if (decision.action === 'send') {
          expect(decision.rows).toBeGreaterThan(0);
          expect(decision.rows).toBeLessThanOrEqual(Math.min(moment.waiting, bounds.maxBatchSize));
          expect(moment.freePlaces).toBeGreaterThan(0);
        } else if (decision.action === 'sendColumns') {
          expect(moment.columnsWait && moment.freePlaces > 0).toBe(true);
        } else {
          expect(moment.columnsWait && moment.freePlaces > 0).toBe(false);
          expect(decision.ms).toBeGreaterThan(0);
          const couldSend = moment.waiting > 0 && moment.idleWorkers > 0 && moment.freePlaces > 0;
          if (couldSend) expect(decision.ms).toBeLessThanOrEqual(bounds.maxQueueDelayMs);
        }
      }),
    );
  });
});

describe('leastAnswerMs', () => {
  const latency = { fixedMs: 1, perRowMs: 0.5, perRowAtLeastMs: 0.25 };
  const busy = { ahead: 99, idleWorkers: 0, readyWorkers: 2, latency };

  it('is the time of the rows before a request and its own, shared by the workers', () => {
    expect(leastAnswerMs(busy)).toBe(12.5);
  });

  it('refuses nobody if a worker is idle, if there is no worker, or if nothing is known', () => {
    expect(leastAnswerMs({ ...busy, idleWorkers: 1 })).toBe(0);
    expect(leastAnswerMs({ ...busy, readyWorkers: 0 })).toBe(0);
    expect(leastAnswerMs({ ...busy, latency: null })).toBe(0);
  });
});
