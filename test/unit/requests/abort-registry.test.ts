import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { markLasting } from '../../../src/host/lasting-signal.js';
import { watchSignal } from '../../../src/requests/abort-registry.js';
import { noFaults } from '../../support/no-faults.js';
import { rejections } from '../../support/rejections.js';

describe('A watched signal', () => {
  it('has one listener, however many requests share it, until none waits', () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const stops = Array.from({ length: 100 }, () => watchSignal(signal, () => {}, noFaults));
    expect(listeners()).toBe(1);
    const last = stops.pop();
    for (const stop of stops) stop();
    expect(listeners()).toBe(1);
    last?.();
    expect(listeners()).toBe(0);
  });

  it('keeps its one listener if it is marked as lasting, and still aborts only the requests that wait', () => {
    const controller = new AbortController();
    markLasting(controller.signal);
    const aborted: string[] = [];
    watchSignal(controller.signal, () => aborted.push('first'), noFaults)();
    watchSignal(controller.signal, () => aborted.push('second'), noFaults);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(aborted).toEqual(['second']);
  });

  it('aborts every request, each once, and only those that still wait', () => {
    const controller = new AbortController();
    const aborted: unknown[] = [];
    const stops = ['a', 'b', 'c'].map((name) =>
      watchSignal(controller.signal, (reason) => aborted.push([name, reason]), noFaults),
    );
    stops[1]?.();
    controller.abort('enough');
    expect(aborted).toEqual([
      ['a', 'enough'],
      ['c', 'enough'],
    ]);
  });

  it('gets a new listener after it was stopped, even if a request is stopped twice', () => {
    const controller = new AbortController();
    let aborted = 0;
    const watch = (): (() => void) =>
      watchSignal(
        controller.signal,
        () => {
          aborted += 1;
        },
        noFaults,
      );
    const stopFirst = watch();
    stopFirst();
    watch();
    stopFirst();
    watch();
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(aborted).toBe(2);
  });

  it('reports what fails over one request, and aborts the others', () => {
    const controller = new AbortController();
    const faults: unknown[] = [];
    let aborted = 0;
    const failing = (): void => {
      throw new Error('x');
    };
    watchSignal(controller.signal, failing, (error) => faults.push(error));
    watchSignal(
      controller.signal,
      () => {
        aborted += 1;
      },
      noFaults,
    );
    controller.abort();
    expect([faults, aborted]).toEqual([[new Error('x')], 1]);
  });

  it.each(Object.entries(rejections))('may be of the host, with methods that return %s', async (_, make) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const { signal } = new AbortController();
    Object.assign(signal, { addEventListener: make, removeEventListener: make });
    watchSignal(signal, () => {}, noFaults)();
    await turn();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
});
