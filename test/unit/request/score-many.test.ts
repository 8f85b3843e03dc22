import { describe, expect, it } from 'vitest';
import { type ManyIntake, scoreMany } from '../../../src/request/score-many.js';
import type { Settlement } from '../../../src/settlement/settler.js';
import { untyped } from '../../support/untyped.js';

/** A door with room for so many, which opens when the test says so. */
function door(size: number) {
  const waiting: Settlement[] = [];
  let tell: () => void = () => {};
  const intake: ManyIntake = {
    get isFull() {
      return waiting.length >= size;
    },
    room: () =>
      new Promise((resolve) => {
        tell = resolve;
      }),
    submit: (_, settlement) => waiting.push(settlement),
  };
  const settleOne = async (): Promise<void> => {
    waiting.shift()?.resolve(untyped('scored'));
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

  it('submits what a list holds in one go while there is room', () => {
    const { intake, waiting } = door(10);
    void scoreMany([{ features: {} }, { features: {} }, { features: {} }], intake);
    expect(waiting).toHaveLength(3);
  });
});
