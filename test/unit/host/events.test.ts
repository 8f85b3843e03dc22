import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ScorerEvents } from '../../../src/host/events.js';
import { rejections } from '../../support/rejections.js';
import { untyped } from '../../support/untyped.js';

const lost = { version: '1', reason: 'r', readyWorkers: 1 };

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
    expect(events.listenerCount('workerLost')).toBe(0);
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

  it.each(Object.entries(rejections))('contains a listener that returns %s', async (_, make) => {
    const failures: string[] = [];
    const events = new ScorerEvents((event) => failures.push(event));
    for (const event of ['alert', 'alertCleared', 'decision', 'workerLost'] as const) {
      events.on(event, make);
      events.emit(event, ...untyped<[never]>([{}]));
    }
    await turn();
    expect(failures.sort()).toEqual(['alert', 'alertCleared', 'decision', 'workerLost']);
  });

  it('keeps a listener that is wanted always, though it was also wanted once', () => {
    for (const methods of [
      ['on', 'once'],
      ['once', 'on'],
    ] as const) {
      const events = new ScorerEvents(() => {});
      let calls = 0;
      const listener = (): void => {
        calls += 1;
      };
      for (const method of methods) events[method]('workerLost', listener);
      events.emit('workerLost', lost);
      events.emit('workerLost', lost);
      expect([calls, events.listenerCount('workerLost')]).toEqual([2, 1]);
    }
  });

  it.each(['on', 'once', 'off'] as const)('%s refuses a listener that is no function', (method) => {
    const events = new ScorerEvents(() => {});
    for (const listener of ['no', undefined, null, {}]) {
      expect(() => events[method]('alert', untyped(listener))).toThrowError(
        expect.objectContaining({
          code: 'ERR_INVALID_OPTIONS',
          issues: [expect.objectContaining({ path: 'listener', expected: 'a function' })],
        }),
      );
    }
  });

  it.each(['on', 'once', 'off', 'listenerCount'] as const)('%s refuses an event that there is not', (method) => {
    const events = new ScorerEvents(() => {});
    for (const event of ['alerts', 'toString', '__proto__', '', Symbol('alert'), undefined, 7]) {
      expect(() => events[method](untyped<'alert'>(event), () => {})).toThrowError(
        expect.objectContaining({
          code: 'ERR_INVALID_OPTIONS',
          issues: [
            expect.objectContaining({
              path: 'event',
              expected: 'one of "alert", "alertCleared", "decision", "deployment", "workerLost"',
            }),
          ],
        }),
      );
    }
  });
});
