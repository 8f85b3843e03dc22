import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { StopSignals } from '../../../examples/replay/stop-signals.js';
import { ManualClock } from './manual-clock.js';

function setUp() {
  const clock = new ManualClock();
  const source = new EventEmitter();
  const left: number[] = [];
  return { clock, source, left, stop: new StopSignals(clock, (exitCode) => left.push(exitCode), source) };
}

describe('StopSignals', () => {
  it('asks to stop at the first signal, and knows its exit code', () => {
    const { source, stop, left } = setUp();
    expect({ stopped: stop.signal.aborted, name: stop.name, exitCode: stop.exitCode }).toEqual({
      stopped: false,
      name: null,
      exitCode: 0,
    });
    source.emit('SIGINT');
    expect({ stopped: stop.signal.aborted, name: stop.name, exitCode: stop.exitCode }).toEqual({
      stopped: true,
      name: 'SIGINT',
      exitCode: 130,
    });
    expect(left).toEqual([]);
  });

  it("counts a signal that arrives twice in a short time as one, because npm passes on the terminal's signal", () => {
    const { clock, source, left } = setUp();
    source.emit('SIGINT');
    clock.nowMs += 50;
    source.emit('SIGINT');
    expect(left).toEqual([]);
  });

  it('leaves at once at a second Ctrl-C', () => {
    const { clock, source, left } = setUp();
    source.emit('SIGINT');
    clock.nowMs += 1_000;
    source.emit('SIGINT');
    expect(left).toEqual([130]);
  });

  it('ends with 143 after SIGTERM', () => {
    const { source, stop } = setUp();
    source.emit('SIGTERM');
    expect(stop.exitCode).toBe(143);
  });

  it('stops without a signal too, which is no failure', () => {
    const { stop } = setUp();
    stop.stop();
    expect({ stopped: stop.signal.aborted, exitCode: stop.exitCode }).toEqual({ stopped: true, exitCode: 0 });
  });

  it('stops listening after it is released', () => {
    const { source, stop } = setUp();
    stop.release();
    expect(source.listenerCount('SIGINT') + source.listenerCount('SIGTERM')).toBe(0);
  });
});
