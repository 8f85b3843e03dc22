import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher } from '../../../src/batching/batcher.js';
import { Slots } from '../../../src/batching/slots.js';
import { AbortedError } from '../../../src/errors.js';
import { LostTask } from '../../../src/pool/lost-task.js';
import type { BatchReply } from '../../../src/pool/protocol.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import { FakeClock } from '../../support/fake-clock.js';
import { InstantColumns } from '../../support/instant-columns.js';
import { noFaults } from '../../support/no-faults.js';
import { pendingRequest } from '../../support/requests.js';

interface Sent {
  rows: number;
  reply: (reply: BatchReply) => Promise<void>;
  die: () => Promise<void>;
  /** @returns what lets the memory of the worker that hangs go. */
  hang: () => Promise<() => Promise<void>>;
}

/** A batcher over workers that answer when the test says so. */
function rig(options: { workers?: number; maxBatchSize?: number; maxQueueDelayMs?: number; slots?: number } = {}) {
  const { workers = 1, maxBatchSize = 4, maxQueueDelayMs = 0, slots: capacity = 1_000 } = options;
  const clock = new FakeClock();
  const slots = new Slots({ capacity, rowSize: 1, maxBatchSize, lanes: workers * 4, attention: false });
  const sent: Sent[] = [];
  const answered: PendingRequest[] = [];
  const failed = new Map<PendingRequest, string>();
  const state = { ready: workers };
  /** What the host's own code does when it hears of a failure: a fallback, a listener. */
  const host = { onFailed: (_: PendingRequest): void => {} };
  const columns = new InstantColumns();
  const batcher = new Batcher({
    clock,
    slots,
    limits: { maxBatchSize, maxQueueDelayMs, targetLatencyMs: 10 },
    lanes: workers * 2,
    lanesPerWorker: 2,
    readyWorkers: () => state.ready,
    keepQuiet: () => state.ready > 0,
    run: ({ rows }) =>
      new Promise((resolve, reject) => {
        sent.push({
          rows,
          reply: async (reply) => {
            resolve(reply);
            await Promise.resolve();
          },
          die: async () => {
            reject(new LostTask('died', 'The worker died'));
            await Promise.resolve();
          },
          hang: async () => {
            let letGo = (): void => {};
            const isLetGo = new Promise<void>((resolve) => {
              letGo = resolve;
            });
            reject(new LostTask('hung', 'The worker hung', isLetGo));
            await Promise.resolve();
            return async () => {
              letGo();
              await Promise.resolve();
            };
          },
        });
      }),
    columns,
    onFault: noFaults,
    onBatch: () => {},
    onOutputs: () => false,
    onAnswered: (request) => {
      expect(answered).not.toContain(request);
      expect(failed.has(request)).toBe(false);
      answered.push(request);
    },
    onFailed: (request, { code }) => {
      expect(answered).not.toContain(request);
      expect(failed.has(request)).toBe(false);
      failed.set(request, code);
      host.onFailed(request);
    },
  });
  const add = (timeoutMs = 1_000, priority = 0): PendingRequest => {
    const request = pendingRequest({ slot: slots.claim(), enqueuedAt: clock.now(), timeoutMs });
    request.priority = priority;
    batcher.add(request);
    return request;
  };
  return { clock, slots, sent, answered, failed, state, host, columns, batcher, add };
}

describe('Batcher', () => {
  it('sends all that one turn of the event loop brings in one batch, to an idle worker at once', () => {
    const { clock, sent, add, batcher } = rig({ maxBatchSize: 8 });
    for (let index = 0; index < 5; index += 1) add();
    expect(sent).toHaveLength(0);
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([5]);
    expect(batcher.inFlight).toBe(5);
  });

  it('gives a worker its next batch before the callers of the last are told', async () => {
    const { clock, sent, add, answered } = rig();
    for (let index = 0; index < 10; index += 1) add();
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([4]);
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    expect(sent.map(({ rows }) => rows)).toEqual([4, 4]);
    expect(answered).toHaveLength(0);
    clock.turn();
    expect(answered).toHaveLength(4);
    await sent[1]?.reply({ inferenceMs: 1, provider: 'cpu' });
    expect(sent.map(({ rows }) => rows)).toEqual([4, 4, 2]);
  });

  it('gives a busy worker a second batch only while columns wait', async () => {
    const { clock, sent, add, batcher, columns } = rig();
    for (let index = 0; index < 16; index += 1) add();
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([4]);
    columns.isWaiting = true;
    batcher.pump();
    expect(sent.map(({ rows }) => rows)).toEqual([4, 4]);
    columns.isWaiting = false;
    for (const batch of sent.splice(0)) await batch.reply({ inferenceMs: 1, provider: 'cpu' });
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([4]);
  });

  it('keeps the slot of a request that expired in a batch until the batch is back', async () => {
    const { clock, sent, slots, failed, add } = rig({ slots: 4 });
    const request = add(5);
    clock.turn();
    clock.advance(10);
    expect(failed.get(request)).toBe('ERR_DEADLINE_EXCEEDED');
    expect(slots.free).toBe(3);
    await sent[0]?.reply({ inferenceMs: 12, provider: 'cpu' });
    clock.turn();
    expect(slots.free).toBe(4);
  });

  it('settles what a worker that hangs has at once, and keeps its slots until it has let go', async () => {
    const { clock, sent, slots, failed, batcher, add } = rig({ slots: 4 });
    const request = add();
    clock.turn();
    const letGo = await sent[0]?.hang();
    expect(failed.get(request)).toBe('ERR_WORKER_LOST');
    await batcher.idle();
    expect([slots.free, batcher.inFlight]).toEqual([3, 0]);
    await letGo?.();
    expect(slots.free).toBe(4);
  });

  it('takes an answer that came in time, and was read late, for an answer', async () => {
    const { clock, sent, add, answered, failed } = rig();
    const request = add(5);
    clock.turn();
    // The loop wakes too late: the deadline's timer fires first, then what has come is read, then the turn ends.
    clock.fire(10);
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    clock.turn();
    expect(failed.size).toBe(0);
    expect(answered).toEqual([request]);
  });

  it('never sends a request that was given up while it waited', () => {
    const { clock, sent, slots, add, batcher } = rig({ slots: 10 });
    const gone = add();
    add();
    batcher.giveUp(gone, new AbortedError('left'));
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
    expect(slots.free).toBe(9);
  });

  it('waits maxQueueDelayMs for others to join, and no longer', () => {
    const { clock, sent, add } = rig({ maxQueueDelayMs: 3 });
    add();
    clock.advance(2);
    expect(sent).toHaveLength(0);
    add();
    clock.advance(1);
    expect(sent.map(({ rows }) => rows)).toEqual([2]);
  });

  it('counts batches by why they were sent', async () => {
    const { clock, sent, add, batcher } = rig({ maxBatchSize: 4, maxQueueDelayMs: 3 });
    for (let index = 0; index < 4; index += 1) add();
    clock.turn();
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    add();
    clock.advance(3);
    expect(batcher.sends).toEqual({ idleWorker: 0, full: 1, delayOver: 1, deadline: 0 });
  });

  it('does not hold a request back beyond its own deadline', () => {
    const { clock, sent, add } = rig({ maxQueueDelayMs: 30 });
    add(1_000);
    clock.advance(1);
    add(5);
    clock.advance(3);
    expect(sent).toHaveLength(0);
    clock.advance(1);
    expect(sent.map(({ rows }) => rows)).toEqual([2]);
  });

  it('refuses on the way to a worker what it could not answer in time, but never all', async () => {
    const { clock, sent, add, failed } = rig({ maxBatchSize: 4 });
    // A row takes a worker a millisecond, beyond doubt.
    for (let batch = 0; batch < 40; batch += 1) {
      const rows = 1 + (batch % 4);
      for (let row = 0; row < rows; row += 1) add();
      clock.turn();
      await sent.pop()?.reply({ inferenceMs: rows, provider: 'cpu' });
      clock.turn();
    }
    for (let row = 0; row < 4; row += 1) add();
    clock.turn();
    const doomed = [add(3), add(3), add(3)];
    const timely = add(1_000);
    for (const batch of sent.splice(0)) await batch.reply({ inferenceMs: 4, provider: 'cpu' });
    clock.turn();
    expect(doomed.map((request) => failed.get(request))).toEqual(Array(3).fill('ERR_DEADLINE_EXCEEDED'));
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
    expect(timely.state).toBe('running');
  });

  it.each([0, 1, 2, 3])(
    'stands by code of the host that aborts others while a batch is put together: number %d',
    async (victim) => {
      const { clock, sent, add, failed, answered, host, batcher, slots } = rig({ maxBatchSize: 8 });
      const requests = [add(), add(1), add(), add(1), add()];
      host.onFailed = (): void => {
        const request = requests[victim];
        if (request !== undefined) batcher.giveUp(request, new AbortedError('the host'));
      };
      clock.stall(5);
      clock.turn();
      for (const batch of sent.splice(0)) await batch.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
      expect(answered.length + failed.size).toBe(5);
      expect([slots.free, batcher.waiting, batcher.inFlight]).toEqual([1_000, 0, 0]);
      const later = add();
      clock.turn();
      await sent.pop()?.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
      expect(answered).toContain(later);
    },
  );

  it('stands by code of the host that has columns scored while a batch is put together', async () => {
    const { clock, sent, add, failed, answered, host, batcher, columns } = rig({ maxBatchSize: 8, workers: 2 });
    host.onFailed = (): void => {
      columns.isWaiting = true;
      batcher.pump();
    };
    for (let pair = 0; pair < 8; pair += 1) [add(), add(1)];
    clock.stall(5);
    clock.turn();
    while (sent.length > 0) {
      await sent.pop()?.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
    }
    // The last of those that are late is tried.
    expect([answered.length, failed.size, batcher.waiting]).toEqual([9, 7, 0]);
  });

  it('tells since when requests have always been waiting', async () => {
    const { clock, sent, add, batcher } = rig({ maxBatchSize: 1 });
    for (let index = 0; index < 2; index += 1) add();
    const since = clock.now();
    clock.turn();
    clock.advance(5);
    expect(batcher.waitingSince).toBe(since);
    expect(batcher.oldestWaitMs).toBe(5);
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    expect(batcher.waitingSince).toBeNull();
  });

  it('settles every request exactly once and gives every slot back, whatever happens in whatever order', async () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), by: fc.integer({ min: 1, max: 60 }) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('reply' as const), by: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('error' as const), by: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('die' as const), by: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('hang' as const), by: fc.nat(9) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), by: fc.nat(99) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('ready' as const), by: fc.nat(2) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('advance' as const), by: fc.nat(30) }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('columns' as const), by: fc.nat(1) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 120 }), async (events) => {
        const { clock, slots, sent, answered, failed, state, columns, batcher, add } = rig({ workers: 2, slots: 200 });
        const requests: PendingRequest[] = [];
        const open = new Set<Sent>();
        const hanging: (() => Promise<void>)[] = [];
        const pick = (by: number): Sent | undefined => [...open][by % Math.max(open.size, 1)];
        for (const { kind, by } of events) {
          if (kind === 'add') requests.push(add(by, (by % 21) - 10));
          if (kind === 'advance') clock.advance(by);
          if (kind === 'ready') state.ready = by;
          if (kind === 'columns') {
            columns.isWaiting = by === 1;
            batcher.pump();
          }
          if (kind === 'cancel') {
            const request = requests[by % Math.max(requests.length, 1)];
            if (request !== undefined) batcher.giveUp(request, new AbortedError('left'));
          }
          for (const batch of sent) open.add(batch);
          sent.length = 0;
          const batch = pick(by);
          if (batch !== undefined && ['reply', 'error', 'die', 'hang'].includes(kind)) {
            open.delete(batch);
            if (kind === 'reply') await batch.reply({ inferenceMs: by, provider: 'cpu' });
            if (kind === 'error') await batch.reply({ error: 'no' });
            if (kind === 'die') await batch.die();
            if (kind === 'hang') hanging.push(await batch.hang());
          }
        }
        state.ready = 2;
        batcher.pump();
        clock.turn();
        for (const batch of sent.splice(0)) open.add(batch);
        while (open.size > 0) {
          for (const batch of open) {
            open.delete(batch);
            await batch.reply({ inferenceMs: 1, provider: 'cpu' });
            clock.turn();
          }
          for (const batch of sent.splice(0)) open.add(batch);
        }
        expect(answered.length + failed.size).toBe(requests.length);
        for (const letGo of hanging) await letGo();
        expect(slots.free).toBe(200);
        batcher.dispose();
        expect([batcher.waiting, batcher.inFlight, clock.timers]).toEqual([0, 0, 0]);
        await batcher.idle();
      }),
    );
  });
});
