import diagnostics from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { Traces } from '../../../../src/monitoring/traces/traces.js';
import { type Watcher, watchSymbol } from '../../../../src/monitoring/traces/watcher.js';

function rig() {
  const faults: unknown[] = [];
  const traces = new Traces((error) => faults.push(error));
  const scorer: { [watchSymbol]?: (watcher: Watcher) => () => void } = {};
  traces.serve(scorer, { epochMs: () => 5 });
  return { traces, faults, watch: (watcher: Watcher) => scorer[watchSymbol]?.(watcher) ?? (() => {}) };
}

const idle: Watcher = { request: () => null, call: () => null, batch: () => null };

describe('Traces', () => {
  it('is active only while somebody watches or subscribes', () => {
    const { traces, watch } = rig();
    const states = [traces.isActive];
    const off = watch(idle);
    states.push(traces.isActive);
    off();
    states.push(traces.isActive);
    const listener = (): void => {};
    diagnostics.subscribe('fraud-scorer:request', listener);
    states.push(traces.isActive, traces.watchesBatches);
    diagnostics.unsubscribe('fraud-scorer:request', listener);
    states.push(traces.isActive);
    expect(states).toEqual([false, true, false, true, false, false]);
  });

  it('keeps nothing of a request that nobody wants to hear more of', () => {
    const { traces, watch } = rig();
    watch(idle);
    expect(traces.begin(null)).toBeNull();
    expect(traces.open).toBe(0);
  });

  it('is never active before it serves, whoever subscribes', () => {
    const listener = (): void => {};
    diagnostics.subscribe('fraud-scorer:request', listener);
    expect(new Traces().isActive).toBe(false);
    diagnostics.unsubscribe('fraud-scorer:request', listener);
  });

  it('reports what a watcher throws, and goes on with the others', () => {
    const { traces, watch, faults } = rig();
    const ended: string[] = [];
    watch({
      ...idle,
      request: () => {
        throw new Error('no');
      },
    });
    watch({ ...idle, request: () => ({ end: ({ outcome }) => ended.push(outcome) }) });
    const trace = traces.begin(null) ?? [];
    traces.keep(3, trace);
    expect(traces.open).toBe(1);
    const taken = traces.take(3) ?? [];
    const model = { name: 'm', version: '1' };
    traces.failed(taken, { code: 'ERR_CLOSED', isAbandoned: true, fallback: null, model, isRouted: true, totalMs: 1 });
    expect({ ended, open: traces.open, faults: faults.length }).toEqual({ ended: ['failed'], open: 0, faults: 1 });
  });
});
