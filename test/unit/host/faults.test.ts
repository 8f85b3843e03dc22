import { describe, expect, it } from 'vitest';
import { containedClock } from '../../../src/host/clock.js';
import { describeFault } from '../../../src/host/faults.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('a contained clock', () => {
  it('reports what a callback throws, of whatever kind, and keeps a repeated one going', () => {
    const clock = new FakeClock();
    const faults: unknown[] = [];
    const contained = containedClock(clock, (error) => faults.push(error));
    const throwing = (name: string) => (): never => {
      throw name;
    };
    contained.after(1, throwing('after'));
    contained.background(2, throwing('background'));
    contained.every(10, throwing('every'));
    contained.soon(throwing('soon'));
    clock.advance(25);
    expect(faults).toEqual(['soon', 'after', 'background', 'every', 'every']);
  });

  it('tells the time, and clears timers, as the clock itself', () => {
    const clock = new FakeClock();
    const contained = containedClock(clock, () => {});
    contained.after(1, () => {}).clear();
    expect([contained.now(), contained.epochMs(), clock.timers]).toEqual([clock.now(), clock.epochMs(), 0]);
  });
});

describe('what is logged of a fault', () => {
  it('is its name and its code, and never its message, which may quote a row', () => {
    const error = Object.assign(new RangeError('of 4111'), { code: 'EMFILE' });
    expect([error, new TypeError('x'), 'text', null].map(describeFault)).toEqual([
      { error: 'RangeError', code: 'EMFILE' },
      { error: 'TypeError' },
      { error: 'string' },
      { error: 'object' },
    ]);
  });
});
