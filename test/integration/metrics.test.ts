import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions, InvalidOptionsError, type Metrics } from '../../src/index.js';
import { distributionOf, labelValues, valueIn } from '../support/metrics.js';
import { projectPath } from '../support/paths.js';
import { untyped } from '../support/untyped.js';
import { Versions } from '../support/versions.js';

const request = { features: { x: 0.25 } };

/** Every number of a counter or a histogram, by its series. */
function growing(metrics: Metrics): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const family of metrics) {
    if (family.type === 'counter') {
      for (const { labels, value } of family.samples) numbers.set(`${family.name} ${JSON.stringify(labels)}`, value);
    } else if (family.type === 'histogram') {
      for (const { labels, count, sum, buckets } of family.samples) {
        const name = `${family.name} ${JSON.stringify(labels)}`;
        numbers.set(`${name} count`, count).set(`${name} sum`, sum);
        for (const { le, count: seen } of buckets) numbers.set(`${name} ${le}`, seen);
      }
    }
  }
  return numbers;
}

describe('metrics()', () => {
  let versions: Versions;
  const open: FraudScorer[] = [];
  beforeAll(async () => {
    versions = await Versions.make();
  });
  afterAll(() => versions[Symbol.asyncDispose]());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const model = await versions.sqrt('1');
    const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], ...options });
    open.push(scorer);
    return scorer;
  }

  it('has the same numbers as summary()', async () => {
    const scorer = await create({
      maxQueueSize: 60,
      fallback: 'REVIEW',
      alerts: { rules: { memory: false }, custom: [{ name: 'mine', look: () => null, threshold: 1 }] },
      policy: { reviewRisk: 1, blockRisk: 1, blockProbability: 0.4 },
    });
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => scorer.score({ id: `${index}`, amount: 2, ...request })),
    );
    await scorer.scoreColumns({ x: Float32Array.of(0.1, 0.9, 0.9) }, 3);
    await expect(scorer.score({ features: {} })).rejects.toThrow();
    await expect(scorer.score(request, { timeoutMs: -1 })).rejects.toThrow();
    await Promise.all(Array.from({ length: 200 }, () => scorer.score(request)));
    scorer.recordOutcome({ id: '1', isFraud: true });
    scorer.recordOutcome({ id: '2', isFraud: false });
    const metrics = scorer.metrics();
    const { requests, business, performance, workers } = scorer.summary();
    for (const outcome of ['succeeded', 'failed', 'rejected', 'expired', 'cancelled'] as const) {
      expect(valueIn(metrics, 'requests_total', { outcome }), outcome).toBe(requests[outcome]);
    }
    // One with bad options, and those that the full queue had no room for.
    expect(valueIn(metrics, 'requests_total', { outcome: 'rejected', version: '' })).toBe(1 + requests.fallback);
    expect(valueIn(metrics, 'requests_total', { outcome: 'rejected', version: '1' })).toBe(1);
    expect(valueIn(metrics, 'decisions_total', { decision: 'BLOCK', version: '1' })).toBe(business.blocked);
    expect(valueIn(metrics, 'decisions_total')).toBe(business.total);
    expect(requests.fallback).toBeGreaterThan(0);
    expect(valueIn(metrics, 'column_rows_total')).toBe(3);
    expect(valueIn(metrics, 'fallbacks_total', { error: 'ERR_QUEUE_FULL' })).toBe(requests.fallback);
    expect(valueIn(metrics, 'fallbacks_total')).toBe(requests.fallback);
    expect(valueIn(metrics, 'labels', { decision: 'BLOCK', fraud: 'true' })).toBe(business.confusion.truePositives);
    expect(valueIn(metrics, 'labels', { decision: 'BLOCK', fraud: 'false' })).toBe(business.confusion.falsePositives);
    expect(valueIn(metrics, 'label_amount')).toBe(4);
    expect(valueIn(metrics, 'label_amount', { decision: 'BLOCK', fraud: 'true' })).toBe(business.money.fraudCaught);
    expect(valueIn(metrics, 'workers', { state: 'ready' })).toBe(workers.ready);
    expect(valueIn(metrics, 'traffic_ratio', { version: '1', role: 'primary' })).toBe(1);
    expect(valueIn(metrics, 'model_info', { name: 'sqrt', provider: 'cpu' })).toBe(1);
    expect(valueIn(metrics, 'alert_active', { rule: 'latency' })).toBe(0);
    // All rules but the one that is switched off, and the host's.
    expect(labelValues(metrics, 'rule')).toContain('mine');
    expect(labelValues(metrics, 'rule')).toContain('drift');
    expect(labelValues(metrics, 'rule')).not.toContain('memory');
    const latency = distributionOf(metrics, 'request_duration_seconds', { version: '1' });
    expect(latency?.count).toBe(performance.sampleCount);
    expect((latency?.sum ?? 0) / (latency?.count ?? 0)).toBeCloseTo((performance.latencyMs.mean ?? 0) / 1000, 9);
    expect(latency?.buckets.at(-1)).toEqual({ le: 10, count: performance.sampleCount });
    expect(distributionOf(metrics, 'batch_rows')?.sum).toBe(performance.sampleCount);
    expect(metrics.some(({ name }) => name === 'event_loop_utilization_ratio')).toBe(true);
  });

  it('fits its JSON Schema, after a start, with versions and shadows, and once it is closed', async () => {
    const validate = new Ajv2020({ strict: false }).compile(
      JSON.parse(await readFile(projectPath('models/metrics.schema.json'), 'utf8')),
    );
    const scorer = await create();
    const check = (): void => {
      expect(validate(JSON.parse(JSON.stringify(scorer.metrics()))) ? [] : validate.errors).toEqual([]);
    };
    check();
    const names = scorer.metrics().map(({ name }) => name);
    await scorer.deploy(await versions.sqrt('2', 4), { traffic: 'shadow' });
    await Promise.all(Array.from({ length: 20 }, () => scorer.score(request)));
    check();
    await scorer.close();
    check();
    expect(scorer.metrics().map(({ name }) => name)).toEqual(names);
    await expect(scorer.score(request)).rejects.toThrow();
    expect(valueIn(scorer.metrics(), 'requests_total', { outcome: 'rejected', version: '' })).toBe(1);
    expect(valueIn(scorer.metrics(), 'ready')).toBe(0);
  });

  it('counts the flips of a shadow, also once it has ended', async () => {
    const scorer = await create({
      policy: { reviewRisk: 1, blockRisk: 1, reviewProbability: 0.3, blockProbability: 0.4 },
    });
    await scorer.deploy(await versions.sqrt('2', 16), { traffic: 'shadow' });
    const flips = (): number | undefined =>
      valueIn(scorer.metrics(), 'shadow_flips_total', { from: 'BLOCK', to: 'APPROVE', version: '2' });
    expect(flips()).toBe(0);
    await expect.poll(async () => scorer.score(request).then(flips), { timeout: 10_000 }).toBeGreaterThan(0);
    await scorer.retire('2');
    expect(flips()).toBeGreaterThan(0);
    expect(valueIn(scorer.metrics(), 'traffic_ratio', { version: '2' })).toBeUndefined();
  });

  it('keeps the versions that are live and the last five, whose counts never become less', async () => {
    const scorer = await create({ keepPreviousMs: 0, fallback: 'REVIEW', batching: { maxBatchSize: 1 } });
    let late = 0;
    let before = growing(scorer.metrics());
    const deployed: string[] = [];
    for (const version of ['2', '3', '4', '2', '5', '6', '7', '8']) {
      await Promise.all(Array.from({ length: 10 }, () => scorer.score(request)));
      // More than one worker can answer in a millisecond: the fallback answers some of them.
      const hasty = Array.from({ length: 500 }, () => scorer.score(request, { timeoutMs: 1 }));
      for (const { source } of await Promise.all(hasty)) if (source === 'fallback') late += 1;
      await scorer.deploy(await versions.sqrt(version));
      await expect.poll(() => scorer.deployments().filter(({ role }) => role !== 'retired').length).toBe(1);
      deployed.push(version);
      const now = growing(scorer.metrics());
      for (const [series, value] of now) expect(value, series).toBeGreaterThanOrEqual(before.get(series) ?? 0);
      before = now;
    }
    expect(deployed.length).toBe(8);
    expect(late).toBeGreaterThan(0);
    expect(before.get('fallbacks_total {"error":"ERR_DEADLINE_EXCEEDED"}')).toBe(late);
    const metrics = scorer.metrics();
    expect(labelValues(metrics, 'version')).toEqual(['', '2', '4', '5', '6', '7', '8']);
    // It served twice.
    expect(valueIn(metrics, 'requests_total', { version: '2' })).toBe(2 * 510);
    // Nothing is lost of what summary() counts.
    expect(scorer.summary().requests.succeeded).toBe(8 * 510 - late);
    expect(scorer.summary().business.total).toBe(8 * 510 - late);
  });

  it('takes the host’s own buckets, and refuses what can be none', async () => {
    const scorer = await create({ metrics: { latencyBucketsMs: [1, 10, 1_000] } });
    await scorer.score(request);
    const { buckets = [] } = distributionOf(scorer.metrics(), 'request_duration_seconds', { version: '1' }) ?? {};
    expect(buckets.map(({ le }) => le)).toEqual([0.001, 0.01, 1]);
    for (const latencyBucketsMs of [[], [2, 1], [0], [Number.POSITIVE_INFINITY], 'many']) {
      await expect(create({ metrics: { latencyBucketsMs: untyped(latencyBucketsMs) } })).rejects.toThrow(
        InvalidOptionsError,
      );
    }
  });

  it('takes less than a millisecond with the counts of eight versions', { timeout: 60_000 }, async () => {
    const scorer = await create({ keepPreviousMs: 600_000 });
    for (const version of ['2', '3', '4', '5', '6', '7']) {
      await Promise.all(Array.from({ length: 200 }, () => scorer.score(request)));
      await scorer.deploy(await versions.sqrt(version));
    }
    await scorer.deploy(await versions.sqrt('8'), { traffic: 0.5 });
    await Promise.all(Array.from({ length: 200 }, () => scorer.score(request)));
    for (let index = 0; index < 200; index += 1) scorer.metrics();
    const times = Array.from({ length: 100 }, () => {
      const from = performance.now();
      scorer.metrics();
      return performance.now() - from;
    }).sort((a, b) => a - b);
    expect(labelValues(scorer.metrics(), 'version')).toHaveLength(9);
    // A quick one of them: others share the machine.
    expect(times[10]).toBeLessThan(1);
  });

  it('tells of an event loop that the host keeps busy', async () => {
    const scorer = await create();
    const until = performance.now() + 300;
    while (performance.now() < until);
    await expect.poll(() => scorer.summary().host.eventLoop.delayMs.max).toBeGreaterThan(200);
    expect(valueIn(scorer.metrics(), 'event_loop_delay_max_seconds')).toBeGreaterThan(0.2);
  });
});
