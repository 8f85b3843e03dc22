import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsInFlight } from '../../../src/deployments/rows-in-flight.js';
import { AbortedError } from '../../../src/errors.js';
import { type LossKind, LostTask } from '../../../src/pool/lost-task.js';
import type { BatchReply } from '../../../src/protocol/serving.js';
import { rowStates } from '../../../src/requests/request-table.js';
import { BatchingRig, type Ticket } from '../../support/batching-rig.js';

interface Sent {
  rows: number;
  reply: (reply: BatchReply) => Promise<void>;
  die: () => Promise<void>;
  /** @returns a function that ends the hold of the hung worker on its lane. */
  hang: (kind?: LossKind) => Promise<() => Promise<void>>;
}

/** A batcher over workers that answer when the test says so. */
function rig(options: { workers?: number; maxBatchSize?: number; maxQueueDelayMs?: number; capacity?: number } = {}) {
  const { workers = 1, maxBatchSize = 4, maxQueueDelayMs = 0, capacity = 1_000 } = options;
  const sent: Sent[] = [];
  const state = { ready: workers };
  const pool = {
    get readyWorkers() {
      return state.ready;
    },
    keepQuiet: () => state.ready > 0,
    run: ({ rows }: { rows: number }) =>
      new Promise<BatchReply>((resolve, reject) => {
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
          hang: async (kind = 'hung') => {
            let letGo = (): void => {};
            const isLetGo = new Promise<void>((resolve) => {
              letGo = resolve;
            });
            reject(new LostTask(kind, 'The worker hung', isLetGo));
            await Promise.resolve();
            return async () => {
              letGo();
              await Promise.resolve();
            };
          },
        });
      }),
  };
  const parts = new BatchingRig({ workers, maxBatchSize, maxQueueDelayMs, capacity, pool: () => pool });
  const { clock, columns, table, lanes, batcher } = parts;
  const add = (timeoutMs = 1_000, priority = 0) => parts.add({ timeoutMs, priority });
  return { parts, clock, columns, table, lanes, batcher, sent, state, add };
}

describe('Batcher', () => {
  it('sends all requests of one turn of the event loop in one batch, to an idle worker at once', () => {
    const { clock, sent, add, batcher } = rig({ maxBatchSize: 8 });
    for (let index = 0; index < 5; index += 1) add();
    expect(sent).toHaveLength(0);
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([5]);
    expect(batcher.inFlight).toBe(5);
  });

  it('reports an empty queue only after the last request has left it', async () => {
    const { clock, sent, add, parts } = rig();
    for (let index = 0; index < 6; index += 1) add();
    clock.turn();
    expect(parts.others.timesTold).toBe(0);
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    expect(parts.others.timesTold).toBe(1);
  });

  it('holds batches back while others go first, and sends them at once when told', () => {
    const { clock, sent, add, batcher, parts } = rig();
    parts.others.wait = true;
    add();
    clock.turn();
    batcher.resume();
    expect(sent).toHaveLength(0);
    parts.others.wait = false;
    batcher.resume();
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
  });

  it('sends held-back batches even if nobody reports that the others are done', () => {
    const { clock, sent, add, parts } = rig();
    parts.others.wait = true;
    add();
    clock.turn();
    parts.others.wait = false;
    expect(sent).toHaveLength(0);
    clock.advance(1);
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
  });

  it('gives a worker its next batch before the callers of the last are told', async () => {
    const { clock, sent, add, parts } = rig();
    for (let index = 0; index < 10; index += 1) add();
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([4]);
    await sent[0]?.reply({ inferenceMs: 1, provider: 'cpu' });
    expect(sent.map(({ rows }) => rows)).toEqual([4, 4]);
    expect(parts.answered).toBe(0);
    clock.turn();
    expect(parts.answered).toBe(4);
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

  it('settles a request that expires in a batch, and keeps the lane until the batch is back', async () => {
    const { clock, sent, table, lanes, batcher, parts, add } = rig({ capacity: 4 });
    const request = add(5);
    clock.turn();
    clock.advance(10);
    expect(parts.outcomeOf(request)).toBe('ERR_DEADLINE_EXCEEDED');
    expect([table.freeCount, lanes.free, batcher.inFlight]).toEqual([4, 3, 1]);
    await sent[0]?.reply({ inferenceMs: 12, provider: 'cpu' });
    clock.turn();
    expect([table.freeCount, lanes.free, batcher.inFlight]).toEqual([4, 4, 0]);
  });

  it('does not answer the next request of a row whose batch comes back late', async () => {
    const { clock, sent, parts, add } = rig({ capacity: 1 });
    const [late] = [add(5)];
    clock.turn();
    clock.advance(10);
    const next = add(1_000);
    expect(next.row).toBe(late.row);
    await sent[0]?.reply({ inferenceMs: 12, provider: 'cpu' });
    clock.turn();
    expect([parts.outcomeOf(late), parts.outcomeOf(next)]).toEqual(['ERR_DEADLINE_EXCEEDED', 'open']);
    await sent[1]?.reply({ inferenceMs: 1, provider: 'cpu' });
    clock.turn();
    expect(parts.outcomeOf(next)).toBe('answered');
  });

  it('settles the requests of a hung worker at once, and keeps the lane until the worker cannot touch it any more', async () => {
    const { clock, sent, table, lanes, batcher, parts, add } = rig({ capacity: 4 });
    const request = add();
    clock.turn();
    const letGo = await sent[0]?.hang();
    expect(parts.outcomeOf(request)).toBe('ERR_WORKER_LOST');
    expect([table.freeCount, lanes.free, batcher.inFlight]).toEqual([4, 3, 0]);
    await letGo?.();
    expect(lanes.free).toBe(4);
  });

  it('answers the batch behind a hung one by another worker, and keeps both lanes until the hung worker cannot touch them', async () => {
    const { clock, sent, lanes, parts, add } = rig({ maxBatchSize: 64, capacity: 1_000 });
    const first = add();
    clock.turn();
    const requests = Array.from({ length: 128 }, () => add());
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([1, 64]);
    const letGo = [await sent[0]?.hang(), await sent[1]?.hang('unsent')];
    expect(parts.outcomeOf(first)).toBe('ERR_WORKER_LOST');
    expect(requests.map((request) => parts.outcomeOf(request))).toEqual(requests.map(() => 'open'));
    for (let next = 2; next < 4; next += 1) {
      clock.turn();
      expect(lanes.free).toBe(4 - 2 - (sent.length - next));
      for (const batch of sent.slice(next)) await batch.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
    }
    expect(requests.map((request) => parts.outcomeOf(request))).toEqual(requests.map(() => 'answered'));
    for (const each of letGo) await each?.();
    expect(lanes.free).toBe(4);
  });

  it('never sends a request that was given up while it waited', () => {
    const { clock, sent, table, parts, add } = rig({ capacity: 10 });
    const gone = add();
    add();
    parts.giveUp(gone, new AbortedError('left'));
    clock.turn();
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
    expect(table.freeCount).toBe(9);
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

  it('counts batches by the reason why they were sent', async () => {
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

  it('refuses requests that cannot be answered in time, but never all of them', async () => {
    const { clock, sent, table, parts, add } = rig({ maxBatchSize: 4 });
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
    expect(doomed.map((request) => parts.outcomeOf(request))).toEqual(Array(3).fill('ERR_DEADLINE_EXCEEDED'));
    expect(sent.map(({ rows }) => rows)).toEqual([1]);
    expect(table.state[timely.row]).toBe(rowStates.running);
  });

  it.each([0, 1, 2, 3, 4])(
    'goes on where code of the host aborts another request while a batch is put together: number %d',
    async (victim) => {
      const { clock, sent, add, parts, table, batcher } = rig({ maxBatchSize: 8 });
      const requests = [add(), add(1), add(), add(1), add()];
      parts.host.onFailed = (): void => {
        const request = requests[victim];
        if (request !== undefined) parts.giveUp(request, new AbortedError('the host'));
      };
      clock.stall(5);
      clock.turn();
      for (const batch of sent.splice(0)) await batch.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
      expect(parts.outcomes.size).toBe(5);
      expect([table.freeCount, batcher.waiting, batcher.inFlight]).toEqual([1_000, 0, 0]);
      const later = add();
      clock.turn();
      await sent.pop()?.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
      expect(parts.outcomeOf(later)).toBe('answered');
    },
  );

  it('does not refuse the next request of a row that code of the host gave up while a batch was put together', async () => {
    const { clock, sent, add, parts } = rig({ maxBatchSize: 8 });
    const requests = [add(), add(1), add(), add(1), add()];
    const next: Ticket[] = [];
    let isFirst = true;
    parts.host.onFailed = (): void => {
      if (!isFirst || requests[3] === undefined) return;
      isFirst = false;
      parts.giveUp(requests[3], new AbortedError('the host'));
      next.push(add());
    };
    clock.stall(5);
    clock.turn();
    expect(next[0]?.row).toBe(requests[3]?.row);
    for (let round = 0; round < 2; round += 1) {
      for (const batch of sent.splice(0)) await batch.reply({ inferenceMs: 1, provider: 'cpu' });
      clock.turn();
    }
    expect(next.map((request) => parts.outcomeOf(request))).toEqual(['answered']);
  });

  it('does not fail the next request of a row that code of the host gave up while a hung batch was failed', async () => {
    const { clock, sent, add, parts } = rig();
    const requests = [add(), add(), add()];
    clock.turn();
    const next: Ticket[] = [];
    let isFirst = true;
    parts.host.onFailed = (): void => {
      if (!isFirst || requests[2] === undefined) return;
      isFirst = false;
      parts.giveUp(requests[2], new AbortedError('the host'));
      next.push(add());
    };
    await sent.shift()?.hang();
    expect(next[0]?.row).toBe(requests[2]?.row);
    clock.turn();
    await sent.shift()?.reply({ inferenceMs: 1, provider: 'cpu' });
    clock.turn();
    expect(next.map((request) => parts.outcomeOf(request))).toEqual(['answered']);
  });

  it('needs no more rows than the table has, even if every batch loses its worker', async () => {
    const { clock, table, batcher, sent, add } = rig({ workers: 2 });
    for (let round = 0; round < 50; round += 1) {
      for (let request = 0; request < 4; request += 1) add();
      clock.turn();
      // One is alone with its worker, and takes long.
      for (const batch of sent.splice(round === 0 ? 0 : 1)) await batch.die();
      expect(table.capacity - table.freeCount - batcher.waiting).toBeLessThanOrEqual(rowsInFlight(2, 4));
    }
    expect(batcher.waiting).toBeGreaterThan(0);
  });

  it('goes on where code of the host has columns scored while a batch is put together', async () => {
    const { clock, sent, add, parts, batcher, columns } = rig({ maxBatchSize: 8, workers: 2 });
    parts.host.onFailed = (): void => {
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
    expect([parts.answered, parts.failed, batcher.waiting]).toEqual([9, 7, 0]);
  });

  it('tells since when requests have been waiting without a break', async () => {
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

  it('settles every request exactly once and gives every row and lane back, whatever happens in whatever order', async () => {
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
        const { parts, clock, table, lanes, sent, state, columns, batcher, add } = rig({ workers: 2, capacity: 200 });
        const requests: Ticket[] = [];
        const open = new Set<Sent>();
        const hanging: (() => Promise<void>)[] = [];
        const pick = (by: number): Sent | undefined => [...open][by % Math.max(open.size, 1)];
        for (const { kind, by } of events) {
          if (kind === 'add') requests.push(add(by, (by % 21) - 10));
          // Of the rows that do not wait there are never more than the request table has room for.
          expect(table.capacity - table.freeCount - batcher.waiting).toBeLessThanOrEqual(rowsInFlight(2, 4));
          if (kind === 'advance') clock.advance(by);
          if (kind === 'ready') state.ready = by;
          if (kind === 'columns') {
            columns.isWaiting = by === 1;
            batcher.pump();
          }
          if (kind === 'cancel') {
            const request = requests[by % Math.max(requests.length, 1)];
            if (request !== undefined) parts.giveUp(request, new AbortedError('left'));
          }
          for (const batch of sent) open.add(batch);
          sent.length = 0;
          const batch = pick(by);
          if (batch !== undefined && ['reply', 'error', 'die', 'hang'].includes(kind)) {
            open.delete(batch);
            if (kind === 'reply') await batch.reply({ inferenceMs: by, provider: 'cpu' });
            if (kind === 'error') await batch.reply({ error: 'no' });
            if (kind === 'die') await batch.die();
            if (kind === 'hang') hanging.push(await batch.hang(by % 2 === 0 ? 'hung' : 'unsent'));
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
        expect(parts.outcomes.size).toBe(requests.length);
        for (const letGo of hanging) await letGo();
        expect([table.freeCount, lanes.free]).toEqual([200, 8]);
        parts.dispose();
        expect([batcher.waiting, batcher.inFlight, clock.timers]).toEqual([0, 0, 0]);
        expect(batcher.isHandingOut).toBe(false);
      }),
    );
  });
});
