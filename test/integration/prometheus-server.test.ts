import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { registerMetrics, text } from '../../src/integrations/prometheus/index.js';
import { defaultLatencyBucketsMs } from '../../src/monitoring/metrics/latency-buckets.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { hasPrometheus, PrometheusServer } from '../support/prometheus-server.js';

const dashboards = projectPath('docs/dashboards');

const promtool = (args: readonly string[], input = ''): { status: number | null; output: string } => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8', cwd: dashboards });
  return { status, output: stdout + stderr };
};

it('is looked at by a real Prometheus where one is installed, and always in CI', () => {
  if (!hasPrometheus)
    console.warn("Not tested: install Debian's package prometheus, which has prometheus and promtool");
  expect(hasPrometheus || process.env.CI !== 'true').toBe(true);
});

describe.skipIf(!hasPrometheus)('a real Prometheus', () => {
  let scorer: FraudScorer;
  let target: Server;
  let prometheus: PrometheusServer;

  beforeAll(async () => {
    scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, providers: ['cpu'] });
    await scorer.deploy(projectPath('test/fixtures/models/linear'), { traffic: 'shadow' }).catch(() => {});
    const register = new Registry();
    registerMetrics(scorer, { register, labels: { scorer: 'cards' } });
    target = createServer((_, response) => {
      register.metrics().then((body) => response.setHeader('content-type', register.contentType).end(body));
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    prometheus = await PrometheusServer.start((target.address() as AddressInfo).port);
  });
  afterAll(async () => {
    await prometheus.stop();
    target.close();
    await scorer.close();
  });

  it('finds nothing to criticise in the metrics', () => {
    expect(promtool(['check', 'metrics'], text(scorer))).toEqual({ status: 0, output: '' });
    expect(promtool(['check', 'metrics'], text(scorer, { labels: { scorer: 'a"\\\n' } }))).toMatchObject({ status: 0 });
  });

  it('takes the alert rules, which raise and keep silent as their tests say', () => {
    expect(promtool(['check', 'rules', 'alerts.yml'])).toMatchObject({ status: 0 });
    expect(promtool(['test', 'rules', 'alerts-test.yml'])).toMatchObject({ status: 0 });
  });

  it('computes a P99 that lies within one bucket of that of summary()', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(
        Array.from({ length: 100 }, (_, index) => scorer.score({ id: `${index}`, features: { x: [0.2] } })),
      );
    }
    const count = async (): Promise<number> =>
      (await prometheus.query('sum(fraud_scorer_request_duration_seconds_count)').catch(() => []))[0]?.value ?? 0;
    await expect.poll(count, { timeout: 50_000, interval: 500 }).toBe(2_000);
    const [p99] = await prometheus.query(
      'histogram_quantile(0.99, sum by (le) (fraud_scorer_request_duration_seconds_bucket))',
    );
    const bucketOf = (ms: number): number => defaultLatencyBucketsMs.filter((bound) => bound < ms).length;
    const seen = bucketOf((p99?.value ?? Number.NaN) * 1000);
    const own = bucketOf(scorer.summary().performance.latencyMs.p99 ?? Number.NaN);
    expect(Math.abs(seen - own)).toBeLessThanOrEqual(1);
    const [requests] = await prometheus.query('fraud_scorer_requests_total{outcome="succeeded",version!=""}');
    expect(requests).toMatchObject({ metric: { scorer: 'cards', job: 'example' }, value: 2_000 });
  });

  it('has a dashboard that shows every metric, but for these', async () => {
    const { panels } = JSON.parse(await readFile(`${dashboards}/fraud-scorer.json`, 'utf8'));
    const text = JSON.stringify(panels);
    const missing = scorer.metrics().filter(({ name }) => !new RegExp(`fraud_scorer_${name}(_bucket)?[{[]`).test(text));
    expect(missing.map(({ name }) => name)).toEqual([
      ...['high_risk_total', 'column_rows_total', 'explanations_total', 'start_time_seconds'],
      ...['shadow_dropped_total', 'drift_rows', 'gc_pauses_total'],
    ]);
  });

  it('answers every query of the dashboard', { timeout: 60_000 }, async () => {
    const { panels } = JSON.parse(await readFile(`${dashboards}/fraud-scorer.json`, 'utf8'));
    const queries: string[] = panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
      targets.map(({ expr }) => expr),
    );
    expect(queries.length).toBeGreaterThan(30);
    const names = new Set(scorer.metrics().map(({ name, type }) => (type === 'histogram' ? `${name}_` : name)));
    // A rate takes two scrapes.
    const rate = async (): Promise<number> => {
      await scorer.score({ features: { x: [0.2] } });
      return (await prometheus.query('sum(rate(fraud_scorer_decisions_total[1m]))'))[0]?.value ?? 0;
    };
    await expect.poll(rate, { timeout: 50_000, interval: 500 }).toBeGreaterThan(0);
    let answered = 0;
    for (const query of queries) {
      for (const [, name = ''] of query.matchAll(/fraud_scorer_(\w+)/g)) {
        const known = [...names].some((one) => (one.endsWith('_') ? name.startsWith(one) : name === one));
        expect(known, `${name} of ${query}`).toBe(true);
      }
      const result = await prometheus.query(query.replaceAll('$__rate_interval', '1m').replaceAll('$job', '.*'));
      if (result.length > 0) answered += 1;
    }
    // Without a shadow, labels or errors some have nothing to show.
    expect(answered).toBeGreaterThan(queries.length * 0.7);
  });
});
