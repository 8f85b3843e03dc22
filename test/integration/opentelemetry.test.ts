import { context, metrics, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { type InstrumentOptions, instrument } from '../../src/integrations/opentelemetry/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';

const features = { x: [0.25] };

let gate: WorkerGate;
const open: FraudScorer[] = [];

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());
beforeEach(() => {
  gate = new WorkerGate();
});
afterEach(async () => {
  gate.tell('pass');
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  gate.close();
});

async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({
    ...{ model: fixtureModel('sqrt'), workers: 1, workerFile: gate.workerFile },
    ...options,
  });
  open.push(scorer);
  return scorer;
}

describe('spans', () => {
  const exporter = new InMemorySpanExporter();

  function providerOf(sampler?: Sampler): NodeTracerProvider {
    return new NodeTracerProvider({
      spanProcessors: [new SimpleSpanProcessor(exporter)],
      ...(sampler === undefined ? {} : { sampler }),
    });
  }

  // What the test before held ends only once its scorer is closed.
  beforeEach(() => exporter.reset());

  async function traced(
    options: FraudScorerOptions = {},
    instrumentOptions: InstrumentOptions = {},
  ): Promise<{ scorer: FraudScorer; provider: NodeTracerProvider; off: () => void }> {
    const provider = providerOf();
    const scorer = await create(options);
    const off = instrument(scorer, { tracerProvider: provider, metrics: false, spans: true, ...instrumentOptions });
    return { scorer, provider, off };
  }

  const named = (name: string): ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === `fraud-scorer.${name}`);

  /** Runs `work` under a span of the host's. */
  async function under<T>(provider: NodeTracerProvider, name: string, work: () => Promise<T>): Promise<[Span, T]> {
    const parent = provider.getTracer('host').startSpan(name);
    try {
      return [parent, await context.with(trace.setSpan(context.active(), parent), work)];
    } finally {
      parent.end();
    }
  }

  it('are children of what was active when score was called, and say how it went', async () => {
    const { scorer, provider } = await traced({}, { attributes: { scorer: 'cards' } });
    const [parent, result] = await under(provider, 'payment', () => scorer.score({ id: 'secret', features }));
    const [span] = named('score');
    expect(span?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(span?.spanContext().traceId).toBe(parent.spanContext().traceId);
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toEqual({
      scorer: 'cards',
      'fraud_scorer.outcome': 'succeeded',
      'fraud_scorer.version': '1',
      'fraud_scorer.source': 'model',
      'fraud_scorer.decision': result.decision,
      'fraud_scorer.queue_ms': expect.any(Number),
      'fraud_scorer.inference_ms': expect.any(Number),
      'fraud_scorer.batch.rows': 1,
    });
    expect(JSON.stringify(exporter.getFinishedSpans().map(({ attributes }) => attributes))).not.toContain('secret');
  });

  it('are each under the parent of their own, of 200 requests at once', async () => {
    const { scorer, provider } = await traced({ batching: { maxBatchSize: 16 } });
    const parents = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        under(provider, `payment ${index}`, async () => {
          // Under the parent, but in a later turn.
          await new Promise((resolve) => setImmediate(resolve));
          await scorer.score({ features });
          return trace.getActiveSpan()?.spanContext().spanId;
        }),
      ),
    );
    const scores = named('score');
    expect(new Set(scores.map(({ parentSpanContext }) => parentSpanContext?.spanId))).toEqual(
      new Set(parents.map(([parent]) => parent.spanContext().spanId)),
    );
    expect(scores).toHaveLength(200);
    expect(parents.every(([parent, active]) => active === parent.spanContext().spanId)).toBe(true);
  });

  it('of batches are traces of their own, linked to their requests both ways', async () => {
    const { scorer, provider } = await traced({ batching: { maxBatchSize: 16 } });
    await under(provider, 'payment', () => Promise.all(Array.from({ length: 50 }, () => scorer.score({ features }))));
    const batches = named('batch');
    const scores = named('score');
    const linked = batches.flatMap(({ links }) => links.map(({ context: { spanId } }) => spanId));
    expect(linked.sort()).toEqual(scores.map((span) => span.spanContext().spanId).sort());
    for (const batch of batches) {
      expect(batch.parentSpanContext).toBeUndefined();
      expect(batch.spanContext().traceId).not.toBe(scores[0]?.spanContext().traceId);
      expect(batch.links).toHaveLength(Number(batch.attributes['fraud_scorer.batch.rows']));
      expect(batch.attributes).toMatchObject({
        'fraud_scorer.version': '1',
        'fraud_scorer.batch.retry': false,
        'fraud_scorer.worker': expect.any(Number),
        'fraud_scorer.provider': 'cpu',
        'fraud_scorer.inference_ms': expect.any(Number),
      });
    }
    const ids = new Set(batches.map((batch) => batch.spanContext().spanId));
    for (const { links } of scores) {
      expect(links).toHaveLength(1);
      expect(ids.has(links[0]?.context.spanId ?? '')).toBe(true);
    }
  });

  it('of a large batch have 128 links', async () => {
    const { scorer } = await traced({ batching: { maxBatchSize: 256 } });
    gate.tell('hold');
    const first = scorer.score({ features });
    await gate.arrived(1);
    const rest = Array.from({ length: 400 }, () => scorer.score({ features }));
    gate.tell('pass');
    await Promise.all([first, ...rest]);
    const largest = named('batch').reduce((most, span) => Math.max(most, span.links.length), 0);
    expect(largest).toBe(128);
    expect(named('score')).toHaveLength(401);
  });

  it.each([
    ['is off', new AlwaysOffSampler()],
    ['follows a parent that is not sampled', new ParentBasedSampler({ root: new AlwaysOffSampler() })],
  ])('are not there, nor links, where the sampler %s', async (_, sampler) => {
    const scorer = await create();
    const provider = providerOf(sampler);
    instrument(scorer, { tracerProvider: provider, metrics: false, spans: true });
    await under(provider, 'payment', () => scorer.score({ features }));
    await scorer.scoreMany([{ features }]);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('of a batch are linked to those of its requests that are sampled', async () => {
    const scorer = await create();
    const sampled = providerOf();
    const provider = providerOf(
      new ParentBasedSampler({ root: { shouldSample: () => ({ decision: 2 }), toString: () => '' } }),
    );
    instrument(scorer, { tracerProvider: provider, metrics: false, spans: true });
    gate.tell('hold');
    const first = scorer.score({ features });
    await gate.arrived(1);
    const off = providerOf(new AlwaysOffSampler());
    const unsampled = under(off, 'left out', () => scorer.score({ features }));
    const wanted = under(sampled, 'kept', () => scorer.score({ features }));
    gate.tell('pass');
    await Promise.all([first, unsampled, wanted]);
    expect(named('score')).toHaveLength(2);
    const both = named('batch').find(({ attributes }) => attributes['fraud_scorer.batch.rows'] === 2);
    expect(both?.links).toHaveLength(1);
  });

  it.each([
    ['ERR_INVALID_REQUEST', 'rejected', { features: { x: ['no'] } }, undefined],
    ['ERR_INVALID_OPTIONS', 'rejected', { features }, { timeoutMs: -1 }],
    ['ERR_ABORTED', 'cancelled', { features }, { signal: AbortSignal.abort() }],
  ])('of a request that is refused have the code %s', async (code, outcome, request, options) => {
    const { scorer } = await traced();
    await expect(scorer.score(request as never, options)).rejects.toThrow();
    const [span] = named('score');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: code });
    expect(span?.attributes).toMatchObject({ 'error.type': code, 'fraud_scorer.outcome': outcome });
    expect(span?.events).toEqual([]);
  });

  it('of requests that expire, are aborted or cut off while a worker holds them end then', async () => {
    const { scorer } = await traced();
    gate.tell('hold');
    const controller = new AbortController();
    const all = [
      scorer.score({ features }, { timeoutMs: 30 }),
      scorer.score({ features }, { signal: controller.signal }),
      scorer.score({ features }),
    ].map((promise) => promise.catch(({ code }) => code));
    await all[0];
    controller.abort();
    const closing = scorer.close({ timeoutMs: 20 });
    expect(await Promise.all(all)).toEqual(['ERR_DEADLINE_EXCEEDED', 'ERR_ABORTED', 'ERR_CLOSED']);
    expect(
      named('score').map(({ status, attributes }) => [status.message, attributes['fraud_scorer.outcome']]),
    ).toEqual([
      ['ERR_DEADLINE_EXCEEDED', 'expired'],
      ['ERR_ABORTED', 'cancelled'],
      ['ERR_CLOSED', 'failed'],
    ]);
    gate.tell('pass');
    await closing;
    await expect(scorer.score({ features })).rejects.toThrow();
    expect(named('score')[3]?.attributes['fraud_scorer.outcome']).toBe('rejected');
  });

  it('of a request that the fallback answers are no errors, and name its error', async () => {
    const { scorer } = await traced({ fallback: 'REVIEW' });
    gate.tell('hold');
    await scorer.score({ features }, { timeoutMs: 20 });
    const [span] = named('score');
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({
      'error.type': 'ERR_DEADLINE_EXCEEDED',
      'fraud_scorer.source': 'fallback',
      'fraud_scorer.decision': 'REVIEW',
    });
  });

  it('of batches that fail have the code, and one for each time they are sent', async () => {
    const { scorer } = await traced();
    gate.tell('throw in the task');
    await expect(scorer.score({ features })).rejects.toThrow();
    expect(
      named('batch').map(({ status, attributes }) => [status.message, attributes['fraud_scorer.batch.retry']]),
    ).toEqual([
      ['ERR_INFERENCE', false],
      ['ERR_INFERENCE', true],
    ]);
    expect(named('score')[0]?.links).toHaveLength(2);
  });

  it('of batches whose worker dies say so', async () => {
    const { scorer } = await traced();
    gate.tell('hold');
    const score = scorer.score({ features });
    await gate.arrived(1);
    gate.tell('exit now');
    await score;
    expect(named('batch').map(({ status }) => status.message)).toEqual(['ERR_WORKER_LOST', undefined]);
  });

  it('of scoreMany and scoreColumns are one for a call, which batches are linked to', async () => {
    const { scorer, provider } = await traced();
    const [parent] = await under(provider, 'import', async () => {
      await scorer.scoreMany([{ features }, { features: { x: ['no'] } } as never, { features }]);
      await scorer.scoreColumns({ x: Float32Array.of(0.1, 0.2) }, 2);
      await scorer.scoreMany(7 as never).catch(() => {});
      await scorer.scoreColumns({ x: Float32Array.of(Number.NaN) }, 1).catch(() => {});
    });
    const [many, failed] = named('scoreMany');
    const [columns, bad] = named('scoreColumns');
    for (const span of [many, failed, columns, bad])
      expect(span?.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
    expect(many?.attributes).toMatchObject({ 'fraud_scorer.rows': 3, 'fraud_scorer.failed': 1 });
    expect(failed?.status.message).toBe('ERR_INVALID_REQUEST');
    expect(columns?.attributes).toMatchObject({ 'fraud_scorer.rows': 2, 'fraud_scorer.version': '1' });
    expect(bad?.status.message).toBe('ERR_INVALID_REQUEST');
    expect(named('score')).toEqual([]);
    const linked = named('batch').flatMap(({ links }) => links.map(({ context: { spanId } }) => spanId));
    expect(new Set(linked)).toEqual(new Set([many?.spanContext().spanId]));
  });

  it('are made once where a scorer is instrumented twice, until both are taken off', async () => {
    const { scorer, provider, off } = await traced();
    const again = instrument(scorer, { tracerProvider: provider, metrics: false, spans: true });
    await scorer.score({ features });
    expect(named('score')).toHaveLength(1);
    off();
    off();
    await scorer.score({ features });
    expect(named('score')).toHaveLength(2);
    again();
    await scorer.score({ features });
    expect(named('score')).toHaveLength(2);
  });

  it('of requests on their way still end when they are taken off', async () => {
    const { scorer, off } = await traced();
    gate.tell('hold');
    const score = scorer.score({ features });
    await gate.arrived(1);
    off();
    gate.tell('pass');
    await score;
    expect([named('score').length, named('batch').length]).toEqual([1, 1]);
  });

  it('are not there unless they are asked for', async () => {
    const { scorer } = await traced({}, { spans: false });
    await scorer.score({ features });
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  it('whose tracer throws harm no request', async () => {
    const scorer = await create();
    const fail = (): never => {
      throw new Error('no tracer');
    };
    const tracerProvider = { getTracer: () => ({ startSpan: fail, startActiveSpan: fail }) };
    instrument(scorer, { tracerProvider, metrics: false, spans: true });
    expect((await scorer.score({ features })).source).toBe('model');
    expect(await scorer.scoreMany([{ features }])).toMatchObject([{ status: 'fulfilled' }]);
  });
});

describe('metrics', () => {
  const providers: MeterProvider[] = [];
  afterEach(() => Promise.all(providers.splice(0).map((provider) => provider.shutdown())));

  /** Values by name and attributes, as they are collected now. */
  function meters(): { provider: MeterProvider; collect: () => Promise<Record<string, Record<string, unknown>>> } {
    const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
    const provider = new MeterProvider({ readers: [reader] });
    providers.push(provider);
    const collect = async () => {
      const { resourceMetrics, errors } = await reader.collect();
      expect(errors).toEqual([]);
      const values: Record<string, Record<string, unknown>> = {};
      for (const { metrics: all } of resourceMetrics.scopeMetrics) {
        for (const { descriptor, dataPoints } of all) {
          const points = dataPoints.map(({ attributes, value }) => [JSON.stringify(attributes), value]);
          values[descriptor.name] = Object.fromEntries(points);
          expect(descriptor.description).toMatch(/^[^:]*[^.:](: [^:]+)?\.$/);
        }
      }
      return values;
    };
    return { provider, collect };
  }

  it('are read from what the scorer counts, when they are collected', async () => {
    const { provider, collect } = meters();
    const scorer = await create();
    const off = instrument(scorer, { meterProvider: provider, attributes: { scorer: 'cards' } });
    await scorer.scoreMany([{ features }, { features }, { features: {} }] as never);
    const seen = await collect();
    const succeeded = JSON.stringify({ scorer: 'cards', outcome: 'succeeded', version: '1' });
    expect(seen['fraud_scorer.requests']?.[succeeded]).toBe(2);
    await scorer.score({ features });
    expect((await collect())['fraud_scorer.requests']?.[succeeded]).toBe(3);
    const version = JSON.stringify({ scorer: 'cards', version: '1' });
    expect(seen['fraud_scorer.request_duration.count']?.[version]).toBe(2);
    expect(seen['fraud_scorer.request_duration.sum']?.[version]).toBeGreaterThan(0);
    expect(seen['fraud_scorer.queue_depth']).toBeDefined();
    off();
    await scorer.score({ features });
    // The SDK goes on to report what it saw last, and nobody reads the scorer any more.
    expect((await collect())['fraud_scorer.requests']?.[succeeded]).toBe(3);
  });

  it('are not doubled where a scorer is instrumented twice, and stay once it is closed', async () => {
    const { provider, collect } = meters();
    const scorer = await create();
    const offs = [instrument(scorer, { meterProvider: provider }), instrument(scorer, { meterProvider: provider })];
    await scorer.score({ features });
    await scorer.close();
    const succeeded = JSON.stringify({ outcome: 'succeeded', version: '1' });
    expect((await collect())['fraud_scorer.requests']?.[succeeded]).toBe(1);
    for (const off of offs) off();
  });

  it('of two scorers differ by the attributes that each was given, on the global provider', async () => {
    const { provider, collect } = meters();
    metrics.setGlobalMeterProvider(provider);
    try {
      const scorers = [await create(), await create()];
      for (const [index, scorer] of scorers.entries()) instrument(scorer, { attributes: { scorer: String(index) } });
      await scorers[0]?.score({ features });
      const requests = (await collect())['fraud_scorer.requests'] ?? {};
      const of = (scorer: string) => requests[JSON.stringify({ scorer, outcome: 'succeeded', version: '1' })];
      expect([of('0'), of('1')]).toEqual([1, 0]);
    } finally {
      metrics.disable();
    }
  });
});

describe('instrument', () => {
  it('refuses what is no scorer, and options that are not as documented', async () => {
    const scorer = await create();
    expect(() => instrument({} as never)).toThrow(/scorer: expected a FraudScorer/);
    expect(() => instrument(scorer, { spans: 1, nope: 1, tracerProvider: {}, api: {} } as never)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_OPTIONS',
        message: expect.stringMatching(/tracerProvider.*spans.*api.*nope/s),
      }),
    );
  });
});
