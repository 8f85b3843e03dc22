import { describe, expect, it } from 'vitest';
import { ClosedError } from '../../../src/errors.js';
import type { Settlements } from '../../../src/requests/request-table.js';
import { type ManyIntake, scoreMany } from '../../../src/requests/score-many.js';
import { rejections } from '../../support/rejections.js';
import { untyped } from '../../support/untyped.js';

/** A door with room for so many, which opens when the test says so. */
function door(size: number) {
  const waiting: { settlements: Settlements; place: number }[] = [];
  let tell: () => void = () => {};
  const intake: ManyIntake = {
    get isFull() {
      return waiting.length >= size;
    },
    room: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
    isOver: false,
    submit: (_, settlements, place) => waiting.push({ settlements, place }),
    turn: () => Promise.reject(new Error('nothing was refused')),
  };
  const settleOne = async (): Promise<void> => {
    const next = waiting.shift();
    next?.settlements.resolve(next.place, untyped('scored'));
    tell();
    // Through the promises between the door and the stream.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { intake, waiting, settleOne };
}

describe('scoreMany over a stream', () => {
  it('pulls one request for each that leaves a full queue', async () => {
    const { intake, waiting, settleOne } = door(3);
    let pulled = 0;
    async function* stream() {
      while (pulled < 6) {
        pulled += 1;
        yield { features: {} };
      }
    }
    const scoring = scoreMany(stream(), intake);
    const seen: number[][] = [];
    await new Promise((resolve) => setImmediate(resolve));
    for (let step = 0; step < 6; step += 1) {
      seen.push([pulled, waiting.length]);
      await settleOne();
    }
    expect(seen).toEqual([
      [3, 3],
      [4, 3],
      [5, 3],
      [6, 3],
      [6, 2],
      [6, 1],
    ]);
    expect(await scoring).toEqual(new Array(6).fill({ status: 'fulfilled', value: 'scored' }));
  });

  it('gives the outcomes in the order of the requests, whatever the order in which they settle', async () => {
    const { intake, waiting } = door(10);
    const scoring = scoreMany([{ features: {} }, { features: {} }, { features: {} }], intake);
    const [first, second, third] = waiting;
    third?.settlements.resolve(third.place, untyped('third'));
    first?.settlements.resolve(first.place, untyped('first'));
    const closed = new ClosedError('closed');
    second?.settlements.reject(second.place, closed);
    expect(await scoring).toEqual([
      { status: 'fulfilled', value: 'first' },
      { status: 'rejected', reason: closed },
      { status: 'fulfilled', value: 'third' },
    ]);
  });

  it('submits what a list holds in one go while there is room', () => {
    const { intake, waiting } = door(10);
    void scoreMany([{ features: {} }, { features: {} }, { features: {} }], intake);
    expect(waiting).toHaveLength(3);
  });
});

/** A door that refuses all. */
function closedDoor(isOver: boolean) {
  let [turns, submitted] = [0, 0];
  const intake: ManyIntake = {
    isFull: isOver,
    isOver,
    room: () => Promise.reject(new Error('there is no need of room')),
    submit: (_, settlements, place) => {
      submitted += 1;
      settlements.reject(place, new ClosedError('closed'));
    },
    turn: () => {
      turns += 1;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  return { intake, seen: () => ({ turns, submitted }) };
}

describe('# scoreMany when requests are refused', () => {
  it('ends a stream at the first request that is refused because all would be', async () => {
    const { intake, seen } = closedDoor(true);
    let returned = false;
    async function* endless() {
      try {
        for (;;) yield { features: {} };
      } finally {
        returned = true;
      }
    }
    expect(await scoreMany(endless(), intake)).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_CLOSED' } }]);
    expect([returned, seen().submitted]).toEqual([true, 1]);
  });

  it.each(Object.entries(rejections))(
    'rejects without an unhandled rejection if the next of a stream gives %s',
    async (_, make) => {
      const unhandled: unknown[] = [];
      const onUnhandled = (error: unknown): void => void unhandled.push(error);
      process.on('unhandledRejection', onUnhandled);
      const iterator = { next: () => untyped<Promise<IteratorResult<never>>>(make()) };
      await expect(scoreMany({ [Symbol.asyncIterator]: () => iterator }, closedDoor(true).intake)).rejects.toThrow(
        'one that throws',
      );
      await new Promise((resolve) => setImmediate(resolve));
      process.off('unhandledRejection', onUnhandled);
      expect(unhandled).toEqual([]);
    },
  );

  it.each([
    ...Object.entries(rejections),
    ['nothing at all', () => undefined],
    [
      'nothing, as it throws',
      () => {
        throw new Error('of the host');
      },
    ],
  ] as [string, () => unknown][])('keeps the outcomes where the return of a stream gives %s', async (_, make) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const iterator = {
      next: () => Promise.resolve({ done: false, value: { features: {} } }),
      return: () => untyped<Promise<IteratorResult<never>>>(make()),
    };
    const outcomes = await scoreMany({ [Symbol.asyncIterator]: () => iterator }, closedDoor(true).intake);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(outcomes).toMatchObject([{ status: 'rejected', reason: { code: 'ERR_CLOSED' } }]);
    expect(unhandled).toEqual([]);
  });

  it('lets the event loop turn while a stream gives nothing but what is refused', async () => {
    const { intake, seen } = closedDoor(false);
    let stopped = false;
    setTimeout(() => {
      stopped = true;
    }, 5);
    async function* untilStopped() {
      // An end, so that a feeder that keeps the event loop fails and does not hang.
      for (let given = 0; !stopped && given < 3_000_000; given += 1) yield { features: {} };
    }
    const outcomes = await scoreMany(untilStopped(), intake);
    expect(stopped).toBe(true);
    expect(seen()).toEqual({ turns: Math.floor(outcomes.length / 256), submitted: outcomes.length });
  });

  it.each([
    ['an array', (count: number) => new Array(count).fill({ features: {} })],
    [
      'a generator',
      function* (count: number) {
        for (let given = 0; given < count; given += 1) yield { features: {} };
      },
    ],
  ])('refuses each request of %s on its own, and lets the event loop turn meanwhile', async (_, make) => {
    const { intake, seen } = closedDoor(true);
    const outcomes = await scoreMany(make(1_000), intake);
    expect(outcomes).toHaveLength(1_000);
    expect(outcomes.every((outcome) => outcome.status === 'rejected')).toBe(true);
    expect(seen()).toEqual({ turns: 3, submitted: 1_000 });
  });
});
