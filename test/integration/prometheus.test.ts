import { AggregatorRegistry, Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, InvalidOptionsError } from '../../src/index.js';
import { contentType, openMetricsContentType, registerMetrics, text } from '../../src/integrations/prometheus/index.js';
import { ownLabels } from '../../src/integrations/prometheus/options.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe('the metrics for Prometheus', () => {
  let cards: FraudScorer;
  let transfers: FraudScorer;
  beforeAll(async () => {
    const options = { model: fixtureModel('sqrt'), workers: 1, providers: ['cpu'] } as const;
    [cards, transfers] = await Promise.all([FraudScorer.create(options), FraudScorer.create(options)]);
    await Promise.all(Array.from({ length: 20 }, () => cards.score({ features: { x: [0.25] } })));
  });
  afterAll(async () => {
    await Promise.all([cards.close(), transfers.close()]);
  });

  it('are on a registry of prom-client at each scrape, read once for all, until they are unregistered', async () => {
    const register = new Registry();
    let reads = 0;
    const scorer = {
      metrics: () => {
        reads += 1;
        return cards.metrics();
      },
    };
    const unregister = registerMetrics(scorer, { register });
    reads = 0;
    const scraped = await register.metrics();
    expect(reads).toBe(1);
    expect(scraped).toContain('fraud_scorer_requests_total{outcome="succeeded",version="1"} 20\n');
    expect(scraped).toContain('fraud_scorer_request_duration_seconds_count{version="1"} 20\n');
    expect(scraped).toContain('fraud_scorer_request_duration_seconds_bucket{version="1",le="+Inf"} 20\n');
    await cards.score({ features: { x: [0.25] } });
    expect(await register.metrics()).toContain('fraud_scorer_requests_total{outcome="succeeded",version="1"} 21\n');
    expect(reads).toBe(2);
    register.resetMetrics();
    unregister();
    unregister();
    expect((await register.metrics()).trim()).toBe('');
    registerMetrics(scorer, { register })();
  });

  it('say the same on a registry as in text, in both formats', async () => {
    // What changes while time passes.
    const stable = (lines: string): string[] =>
      lines.split('\n').filter((line) => line !== '' && !/event_loop|gc_pause|# UNIT/.test(line));
    const register = new Registry();
    registerMetrics(cards, { register });
    expect(register.contentType).toBe(contentType);
    expect(stable(await register.metrics())).toEqual(stable(text(cards)));

    const open = new Registry<typeof openMetricsContentType>();
    open.setContentType(openMetricsContentType);
    registerMetrics(cards, { register: open });
    const scraped = await open.metrics();
    expect(scraped).toContain('# TYPE fraud_scorer_requests counter\n');
    expect(scraped).toContain('fraud_scorer_requests_total{outcome="succeeded",version="1"}');
    expect(scraped.endsWith('# EOF\n')).toBe(true);
    const heads = (lines: string): string[] => stable(lines).filter((line) => line.startsWith('# TYPE'));
    expect(heads(scraped)).toEqual(heads(text(cards, { format: 'openmetrics' })));
  });

  it('tell two scorers on one registry apart by their labels, and refuse the same twice', async () => {
    const register = new Registry();
    const removeCards = registerMetrics(cards, { register, labels: { scorer: 'cards' } });
    registerMetrics(transfers, { register, labels: { scorer: 'transfers' } });
    const scraped = await register.metrics();
    expect(scraped.match(/# TYPE fraud_scorer_queue_depth gauge/g)).toHaveLength(1);
    expect(scraped).toContain(
      'fraud_scorer_queue_depth{scorer="cards"} 0\nfraud_scorer_queue_depth{scorer="transfers"} 0\n',
    );
    expect(() => registerMetrics(cards, { register, labels: { scorer: 'cards' } })).toThrow(
      /scorer: expected one that is not registered with these labels yet/,
    );
    expect(() => registerMetrics(cards, { register, labels: { scorer: 'transfers' } })).toThrow(InvalidOptionsError);
    removeCards();
    expect(await register.metrics()).not.toContain('cards');
    registerMetrics(cards, { register, labels: { scorer: 'cards' } });
  });

  it('take an empty label for none, as Prometheus does', () => {
    const register = new Registry();
    registerMetrics(cards, { register });
    expect(() => registerMetrics(transfers, { register, labels: { scorer: '' } })).toThrow(
      /labels: expected labels that no other scorer has/,
    );
    registerMetrics(transfers, { register, labels: { scorer: 'transfers', region: '' } });
    expect(() => registerMetrics(cards, { register, labels: { scorer: 'transfers' } })).toThrow(InvalidOptionsError);
  });

  it('have one time of the start, whenever they are read', () => {
    const read = (): string | undefined => /^fraud_scorer_start_time_seconds (.*)$/m.exec(text(cards))?.[1];
    expect([...new Set([read(), read(), read()])]).toEqual([expect.stringMatching(/^\d+(\.\d+)?$/)]);
  });

  it('do not take the place of a metric that the host has', () => {
    const register = new Registry();
    const own = new Counter({ name: 'fraud_scorer_requests_total', help: 'Own', registers: [register] });
    expect(() => registerMetrics(cards, { register })).toThrow(/fraud_scorer_requests_total is there/);
    expect(register.getMetricsAsArray()).toEqual([own]);
    registerMetrics(cards, { register, prefix: 'bank_' })();
    expect(register.getMetricsAsArray()).toEqual([own]);
  });

  it('are added up over the processes of a cluster', async () => {
    const register = new Registry();
    registerMetrics(cards, { register });
    const ofOne = await register.getMetricsAsJSON();
    const all = AggregatorRegistry.aggregate([ofOne, structuredClone(ofOne)]);
    const scraped = await all.metrics();
    const succeeded = cards.summary().requests.succeeded;
    expect(scraped).toContain(`fraud_scorer_requests_total{outcome="succeeded",version="1"} ${2 * succeeded}\n`);
    expect(scraped).toContain(`fraud_scorer_request_duration_seconds_count{version="1"} ${2 * succeeded}\n`);
    expect(scraped).toContain('fraud_scorer_traffic_ratio{version="1",role="primary"} 1\n');
    expect(scraped).toContain('fraud_scorer_ready 1\n');
  });

  it('escape what a host may put into labels', () => {
    expect(text(cards, { prefix: '', labels: { scorer: 'a "b"\\\nc' } })).toContain(
      'queue_depth{scorer="a \\"b\\"\\\\\\nc"} 0\n',
    );
  });

  it.each([
    ['no registry', {}],
    ['a registry of another kind', { register: { add: () => {} } }],
    ['a prefix that no name can have', { register: new Registry(), prefix: 'fraud-' }],
    ['a label that the metrics have', { register: new Registry(), labels: { version: 'x' } }],
    ['a label whose value is no text', { register: new Registry(), labels: { scorer: 1 } }],
    ['an unknown option', { register: new Registry(), label: {} }],
  ])('are refused with %s', (_, options) => {
    expect(() => registerMetrics(cards, untyped(options))).toThrow(InvalidOptionsError);
  });

  it('are refused of what is no scorer', () => {
    expect(() => registerMetrics(untyped(null), { register: new Registry() })).toThrow(
      /scorer: expected a FraudScorer/,
    );
    expect(() => text(untyped({}))).toThrow(InvalidOptionsError);
  });

  it('keep their own labels from the host', () => {
    const names = cards.metrics().flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.keys(labels)));
    expect([...new Set(names)].filter((name) => !ownLabels.has(name))).toEqual([]);
  });
});
