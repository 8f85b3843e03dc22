import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../../../src/api/alerts.js';
import type { NodeReading } from '../../../../src/fleet/node-reading.js';
import { readNodeSums } from '../../../../src/integrations/nats/fleet/node-sums.js';
import { summaryOfNodes } from '../../../../src/integrations/nats/fleet/total.js';
import { LabelCounts } from '../../../../src/monitoring/labels/label-counts.js';
import { PerformanceRecorder } from '../../../../src/monitoring/performance-recorder.js';
import { ShadowStats } from '../../../../src/monitoring/shadow/shadow-stats.js';
import { health } from '../../../../src/testing/index.js';
import { StandInScorer } from '../../../support/stand-in-scorer.js';

function reading(): NodeReading {
  const { summaryNow } = new StandInScorer();
  const recorder = new PerformanceRecorder();
  recorder.requests.count('succeeded', 3);
  recorder.recordTimes(Float64Array.of(0, 1, 2), 3, 3, 5);
  recorder.recordBatch(3, 2);
  recorder.closeInterval(1_000);
  const labels = new LabelCounts();
  labels.days.at(20_000).addPending(1, 1);
  const performance = recorder.reading;
  const stats = { performance, decisions: { APPROVE: 3, REVIEW: 0, BLOCK: 0, highRisk: 0 }, labels: labels.reading };
  const { model, workers, queue, batching, host, explanations } = summaryNow;
  const alert: Alert = {
    rule: 'latency',
    severity: 'warning',
    version: null,
    value: 2,
    threshold: Number.POSITIVE_INFINITY,
    since: 1,
    message: 'slow',
    advice: '',
  };
  return {
    format: 1,
    at: 1_000,
    uptimeSeconds: 10,
    health: health(),
    ...stats,
    recent: { windowSeconds: 10, performance },
    alerts: { active: [alert], history: [{ ...alert, clearedAt: null }] },
    ...{ model, workers, queue, batching, host, explanations },
    versions: [
      {
        ...{ ...model, role: 'shadow', traffic: 0, since: 5, workers, ...stats, single: {} },
        shadow: new ShadowStats().reading,
      },
    ],
  };
}

/** All places in a value, as paths. */
function pathsOf(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [path];
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [path, ...entries.flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

const odd = fc.constantFrom<unknown>(
  ...[null, undefined, true, 'x', -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, {}, [], [[]], [1, 2]],
  ...[new Uint8Array(), Uint8Array.of(1, 2, 3), new Uint8Array(100).fill(255)],
);

function changed(value: unknown, [key, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy: object = Array.isArray(value) ? [...value] : { ...(value as object) };
  Reflect.set(copy, key, changed(Reflect.get(copy, key), rest, to));
  return copy;
}

describe('a reading from the network', () => {
  it('is read as it was sent', () => {
    const node = readNodeSums('a', decode(encode(reading())));
    if (node === null) throw new Error('expected a reading');
    const { requests, deployments, activeAlerts } = summaryOfNodes([node], 0);
    expect(requests.succeeded).toBe(3);
    expect(deployments).toMatchObject([{ role: 'shadow', requests: { succeeded: 3 }, shadow: { copied: 0 } }]);
    expect(activeAlerts).toMatchObject([{ message: 'slow' }]);
  });

  it('with anything else in any place is refused or makes a summary, and never spoils that of others', () => {
    const good = reading();
    const paths = pathsOf(good);
    const other = readNodeSums('b', good);
    if (other === null) throw new Error('expected a reading');
    fc.assert(
      fc.property(fc.constantFrom(...paths), odd, (path, value) => {
        const node = readNodeSums('a', changed(good, path, value));
        if (node === null) return;
        const { requests, performance, business } = summaryOfNodes([node, other], 0);
        for (const count of [requests.total, requests.succeeded, performance.sampleCount, business.total]) {
          expect(Number.isFinite(count)).toBe(true);
        }
        expect(performance.latencyMs.max).toBeGreaterThanOrEqual(5);
      }),
      { numRuns: 3_000 },
    );
  });

  it('of another format is refused', () => {
    expect(readNodeSums('a', { ...reading(), format: 2 })).toBeNull();
    expect(readNodeSums('a', null)).toBeNull();
  });
});
