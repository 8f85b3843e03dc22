import { describe, expect, it } from 'vitest';
import { SinkState } from '../../../../src/records/sink-state.js';
import { FakeClock } from '../../../support/fake-clock.js';

describe('SinkState', () => {
  it('notices a sink that takes nothing though records wait, and forgets it once it takes one', () => {
    const clock = new FakeClock();
    const state = new SinkState(20, clock);
    expect(state.look(5, 3)).toBeNull();
    const since = clock.epochMs();
    clock.advance(10_019);
    expect(state.look(5, 4)).toBeNull();
    clock.advance(1);
    expect(state.look(5, 9)).toEqual({ reason: expect.stringContaining('takes nothing'), since });
    expect(state.look(6, 8)).toBeNull();
  });

  it('says nothing of a sink that nobody looked at while nothing waited for it', () => {
    const clock = new FakeClock();
    const state = new SinkState(20, clock);
    expect(state.look(5, 0)).toBeNull();
    clock.advance(3_600_000);
    expect(state.look(5, 1)).toBeNull();
  });

  it('gives what was told before what it has seen, and tells news once', () => {
    const clock = new FakeClock();
    const state = new SinkState(20, clock);
    expect(state.stall('the disk is full')).toBe(true);
    expect(state.stall('another reason')).toBe(false);
    expect(state.look(0, 1)).toEqual({ reason: 'the disk is full', since: clock.epochMs() });
    state.flow();
    expect(state.look(0, 1)).toBeNull();
  });
});
