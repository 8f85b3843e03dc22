import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Abortable, AbortRegistry } from '../../../src/request/abort-registry.js';
import { noFaults } from '../../support/no-faults.js';
import { rejections } from '../../support/rejections.js';

const request = (): Abortable => ({ stopListening: null });

describe('AbortRegistry', () => {
  it('listens once to a signal, however many registries and requests share it, until none waits', () => {
    const { signal } = new AbortController();
    const listeners = (): number => getEventListeners(signal, 'abort').length;
    const requests = Array.from({ length: 50 }, () => {
      const registry = new AbortRegistry(() => {}, noFaults);
      const waiting = [request(), request()];
      for (const each of waiting) registry.watch(signal, each);
      return waiting;
    }).flat();
    expect(listeners()).toBe(1);
    const last = requests.pop();
    for (const { stopListening } of requests) stopListening?.();
    expect(listeners()).toBe(1);
    last?.stopListening?.();
    expect(listeners()).toBe(0);
  });

  it('aborts the requests of every registry, each once, and only those that still wait', () => {
    const controller = new AbortController();
    const aborted: unknown[] = [];
    const waiting = ['a', 'b', 'c'].map((name) => {
      const registry = new AbortRegistry((_, reason) => aborted.push([name, reason]), noFaults);
      const own = request();
      registry.watch(controller.signal, own);
      return own;
    });
    waiting[1]?.stopListening?.();
    controller.abort('enough');
    expect(aborted).toEqual([
      ['a', 'enough'],
      ['c', 'enough'],
    ]);
  });

  it('listens anew after it has stopped, though a request is stopped twice', () => {
    const controller = new AbortController();
    let aborted = 0;
    const registry = new AbortRegistry(() => {
      aborted += 1;
    }, noFaults);
    const [first, second] = [request(), request()];
    registry.watch(controller.signal, first);
    first.stopListening?.();
    registry.watch(controller.signal, second);
    first.stopListening?.();
    const third = request();
    registry.watch(controller.signal, third);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
    controller.abort();
    expect(aborted).toBe(2);
  });

  it('reports what fails over one request, and aborts the others', () => {
    const controller = new AbortController();
    const faults: unknown[] = [];
    let aborted = 0;
    const failing = new AbortRegistry(
      () => {
        throw new Error('x');
      },
      (error) => faults.push(error),
    );
    const sound = new AbortRegistry(() => {
      aborted += 1;
    }, noFaults);
    failing.watch(controller.signal, request());
    sound.watch(controller.signal, request());
    controller.abort();
    expect([faults, aborted]).toEqual([[new Error('x')], 1]);
  });

  it.each(Object.entries(rejections))(
    "contains a signal of the host's own whose methods return %s",
    async (_, make) => {
      const unhandled: unknown[] = [];
      const onUnhandled = (error: unknown): void => void unhandled.push(error);
      process.on('unhandledRejection', onUnhandled);
      const { signal } = new AbortController();
      Object.assign(signal, { addEventListener: make, removeEventListener: make });
      const own = request();
      new AbortRegistry(() => {}, noFaults).watch(signal, own);
      own.stopListening?.();
      await turn();
      process.off('unhandledRejection', onUnhandled);
      expect(unhandled).toEqual([]);
    },
  );
});
