import { describe, expect, it } from 'vitest';
import { ScorerEvents } from '../../src/events.js';
import { untyped } from '../support/untyped.js';

const lost = { reason: 'r', readyWorkers: 1 };

describe('ScorerEvents', () => {
  it('calls each listener, once where it was asked to, and none that was taken away', () => {
    const events = new ScorerEvents(() => {});
    const calls: string[] = [];
    const always = (): void => void calls.push('always');
    const once = (): void => void calls.push('once');
    const never = (): void => void calls.push('never');
    events.on('workerLost', always);
    events.on('workerLost', always);
    events.once('workerLost', once);
    events.once('workerLost', never);
    events.off('workerLost', never);
    events.emit('workerLost', lost);
    events.emit('workerLost', lost);
    expect(calls).toEqual(['always', 'once', 'always']);
    events.off('workerLost', always);
    expect(events.hasListeners('workerLost')).toBe(false);
  });

  it('contains a listener that throws, and still calls the others', () => {
    const failures: unknown[] = [];
    const events = new ScorerEvents((event, error) => failures.push([event, error]));
    const error = new Error('of the host');
    let called = false;
    events.on('workerLost', () => {
      throw error;
    });
    events.on('workerLost', () => {
      called = true;
    });
    events.emit('workerLost', lost);
    expect([called, failures]).toEqual([true, [['workerLost', error]]]);
  });

  it('refuses a listener that is no function', () => {
    expect(() => new ScorerEvents(() => {}).on('alert', untyped('no'))).toThrowError('expected a function');
  });
});
