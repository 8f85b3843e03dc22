import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AbortedError } from '../../../src/errors.js';
import { BatchingRig } from '../../support/batching-rig.js';
import { rows, SimulatedPool } from '../../support/simulated-pool.js';

type Mark = keyof typeof rows;

interface Setting {
  workers?: number;
  maxBatchSize?: number;
  timeoutMs?: number;
}

/** A batcher over simulated workers, and a request for each mark. */
function rig(marks: readonly Mark[], { workers = 1, maxBatchSize = 8, timeoutMs = 1_000 }: Setting = {}) {
  const pools: SimulatedPool[] = [];
  const parts = new BatchingRig({
    workers,
    maxBatchSize,
    capacity: marks.length,
    pool: (lanes) => {
      const pool = new SimulatedPool(lanes, workers);
      pools.push(pool);
      return pool;
    },
  });
  const [pool] = pools;
  if (pool === undefined) throw new Error('the rig made no pool');
  const { clock, columns, table, lanes, batcher, outcomes } = parts;
  const requests = marks.map((mark) => parts.add({ timeoutMs, feature: rows[mark] }));
  /** Lets what was rejected or resolved be heard, and the turn end. */
  const settleTurn = async (): Promise<void> => {
    for (let hop = 0; hop < 5; hop += 1) await Promise.resolve();
    batcher.pump();
    clock.turn();
  };
  const finish = async (choices: Iterable<number> = []): Promise<void> => {
    const choice = choices[Symbol.iterator]();
    await settleTurn();
    for (let steps = 0; outcomes.size < requests.length; steps += 1) {
      const next = choice.next();
      const by = next.done === true ? steps : next.value;
      // Columns come, now and then, while there are choices left.
      columns.isWaiting ||= next.done !== true && by % 2 === 0;
      pool.step(by, by % 3 === 0);
      await settleTurn();
      if (steps > 20_000) throw new Error('it goes on for ever');
    }
    columns.isWaiting = false;
    batcher.pump();
  };
  const seen = (): string[] => requests.map((request) => parts.outcomeOf(request));
  /** Gives every worker two batches, which it gets while columns wait. */
  const fillWorkers = async (): Promise<void> => {
    columns.isWaiting = true;
    await settleTurn();
    columns.isWaiting = false;
    expect(batcher.inFlight).toBe(workers * 2 * maxBatchSize);
  };
  return { parts, clock, table, lanes, pool, batcher, requests, finish, seen, settleTurn, fillWorkers };
}

const expected: Record<Mark, string> = {
  fine: 'answered',
  failing: 'ERR_INFERENCE',
  killing: 'ERR_WORKER_LOST',
};

describe('a batch that fails', () => {
  it('finds the one row that kills workers, and loses few of them', async () => {
    const marks = Array.from({ length: 64 }, (_, index): Mark => (index === 20 ? 'killing' : 'fine'));
    const { finish, seen, pool } = rig(marks, { maxBatchSize: 64 });
    await finish();
    expect(seen()).toEqual(marks.map((mark) => expected[mark]));
    // As it was, alone, in a piece of four, and by itself.
    expect(pool.deaths).toBe(4);
  });

  it('finds the one row on which the runtime fails, and loses no worker', async () => {
    const marks = Array.from({ length: 64 }, (_, index): Mark => (index === 20 ? 'failing' : 'fine'));
    const { finish, seen, pool } = rig(marks, { maxBatchSize: 64 });
    await finish();
    expect(seen()).toEqual(marks.map((mark) => expected[mark]));
    expect([pool.deaths, pool.runs]).toEqual([0, 14]);
  });

  it('is not blamed if its neighbour killed the worker, whichever began first', async () => {
    const marks: Mark[] = ['fine', 'fine', 'fine', 'fine', 'fine', 'killing', 'fine', 'fine'];
    for (const isSecondFirst of [false, true]) {
      const { finish, seen, pool, fillWorkers } = rig(marks, { maxBatchSize: 4 });
      await fillWorkers();
      pool.step(0, isSecondFirst);
      await finish();
      expect(seen()).toEqual(marks.map((mark) => expected[mark]));
      // With its neighbour, alone, by itself.
      expect(pool.deaths).toBe(3);
    }
  });

  it('goes before waiting requests, and leaves them the other workers', async () => {
    const marks = Array.from({ length: 24 }, (_, index): Mark => (index === 8 ? 'killing' : 'fine'));
    const { pool, settleTurn, fillWorkers, seen, finish } = rig(marks, { maxBatchSize: 4, workers: 2 });
    const step = async (worker: number, isSecondFirst = false): Promise<void> => {
      pool.step(worker, isSecondFirst);
      await settleTurn();
    };
    const seenOfBatches = (): string[] => seen().filter((_, row) => row % 4 === 0);
    await fillWorkers();
    // The first worker has the first batch and the third, which kills it; the second worker has the others.
    await step(0, true);
    for (let steps = 0; steps < 3; steps += 1) await step(1);
    expect(seenOfBatches()).toEqual(['answered', 'answered', 'open', 'answered', 'open', 'open']);
    // The first comes back, and takes what waits while the second has the culprit to itself.
    await step(0);
    await step(0);
    expect(seenOfBatches()).toEqual(['answered', 'answered', 'open', 'answered', 'answered', 'open']);
    await finish();
    expect(seen()).toEqual(marks.map((mark) => expected[mark]));
  });

  it('is not sent again for requests that have expired, or left, meanwhile', async () => {
    const marks: Mark[] = ['killing', 'fine', 'fine'];
    const { clock, pool, settleTurn, seen, table, lanes, batcher } = rig(marks, { timeoutMs: 50 });
    await settleTurn();
    pool.step(0, false);
    await settleTurn();
    expect([seen(), batcher.inFlight]).toEqual([['open', 'open', 'open'], 3]);
    clock.advance(60);
    expect(seen()).toEqual(new Array(3).fill('ERR_DEADLINE_EXCEEDED'));
    expect([table.freeCount, lanes.free, batcher.inFlight, pool.runs]).toEqual([3, 4, 0, 1]);
    pool.step(0, false);
    await settleTurn();
    expect(pool.step(0, false)).toBe(false);
    expect(clock.holding).toBe(0);
  });

  it.each([0, 1, 2])(
    'goes on where code of the host aborts another of its requests while they expire: number %d',
    async (victim) => {
      const { clock, pool, settleTurn, seen, parts, table, requests } = rig(['killing', 'fine', 'fine'], {
        timeoutMs: 50,
      });
      await settleTurn();
      pool.step(0, false);
      await settleTurn();
      parts.host.onFailed = (): void => {
        const request = requests[victim];
        if (request !== undefined) parts.giveUp(request, new AbortedError('the host'));
      };
      clock.stall(60);
      await settleTurn();
      const expired = 'ERR_DEADLINE_EXCEEDED';
      expect(seen().map((code, place) => code === expired || (place === victim && code === 'ERR_ABORTED'))).toEqual(
        new Array(3).fill(true),
      );
      expect(table.freeCount).toBe(3);
    },
  );

  it('does not expire the next request of a row that code of the host gave up while others expired', async () => {
    const { clock, pool, settleTurn, parts, requests } = rig(['killing', 'fine', 'fine'], { timeoutMs: 50 });
    await settleTurn();
    pool.step(0, false);
    await settleTurn();
    const next: ReturnType<typeof parts.add>[] = [];
    let isFirst = true;
    parts.host.onFailed = (): void => {
      if (!isFirst || requests[2] === undefined) return;
      isFirst = false;
      parts.giveUp(requests[2], new AbortedError('the host'));
      // As an expired one would: whether it expires depends on the generation alone.
      next.push(parts.add({ timeoutMs: 0, feature: rows.fine }));
    };
    clock.stall(60);
    parts.batcher.pump();
    expect(next[0]?.row).toBe(requests[2]?.row);
    expect(next.map((request) => parts.outcomeOf(request))).toEqual(['open']);
  });

  it('fails only rows that kill or fail: each request settles once, and every row and lane comes back', async () => {
    const mark = fc.oneof(
      { weight: 12, arbitrary: fc.constant<Mark>('fine') },
      { weight: 1, arbitrary: fc.constant<Mark>('failing') },
      { weight: 1, arbitrary: fc.constant<Mark>('killing') },
    );
    const setting = fc.record({
      workers: fc.integer({ min: 1, max: 3 }),
      maxBatchSize: fc.integer({ min: 1, max: 9 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mark, { maxLength: 60 }), setting, fc.array(fc.nat(5)), async (marks, of, choices) => {
        const { finish, seen, table, lanes, batcher, clock } = rig(marks, { ...of, timeoutMs: 1e9 });
        await finish(choices);
        expect(seen()).toEqual(marks.map((each) => expected[each]));
        expect([table.freeCount, lanes.free]).toEqual([marks.length, 4 * of.workers]);
        expect([batcher.waiting, batcher.inFlight, clock.holding]).toEqual([0, 0, 0]);
      }),
    );
  });
});
