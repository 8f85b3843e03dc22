import { describe, expect, it } from 'vitest';
import { FraudScorer, InvalidRequestError } from '../../src/index.js';
import { type FakeScorer, fakeScorer, metrics, scoreRequest, scoreResult, summary } from '../../src/testing/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';
import { differences } from '../support/shapes.js';

const model = projectPath('models/visa-fraud/1');

/** The same traffic for a real scorer and a fake one: answers, a refusal, an abort, labels. */
async function exercise(scorer: FraudScorer | FakeScorer): Promise<{ result: unknown; [part: string]: unknown }> {
  const decisions: unknown[] = [];
  scorer.on('decision', (record) => decisions.push(record));
  const request = scoreRequest();
  const result = await scorer.score(request, { explain: true });
  const outcomes = await scorer.scoreMany([request, { features: {} }]);
  const aborted = await scorer.score(request, { signal: AbortSignal.abort() }).catch((error: Error) => ({ ...error }));
  const matched = scorer.recordOutcome({ id: 'tx-1', isFraud: false });
  return {
    ...{ result, outcomes, aborted, matched, decisions },
    ...{ summary: scorer.summary(), deployments: scorer.deployments(), health: scorer.health() },
    alerts: scorer.alerts(),
    report: await scorer.close(),
    closed: scorer.health(),
  };
}

describe('a fake scorer beside a real one', () => {
  it('gives results, errors, events, summaries and health of the same shape', async () => {
    const real = await exercise(await FraudScorer.create({ model, workers: 1, providers: ['cpu'], drift: false }));
    const fake = await exercise(fakeScorer({ model }));
    expect(differences(fake, real)).toEqual([]);
    expect(Object.keys(Object(fake.result))).toEqual(Object.keys(Object(real.result)));
  });

  it('gives the same families of metrics, with the same labels', async () => {
    const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'], drift: false });
    await scorer.score(scoreRequest());
    const fake = fakeScorer();
    await fake.score(scoreRequest());
    const familiesOf = (families: ReturnType<FraudScorer['metrics']>): unknown[] =>
      families.map(({ samples, help: _, ...family }) => ({
        ...family,
        labels: [...new Set(samples.map(({ labels }) => Object.keys(labels).sort().join()))].sort(),
      }));
    expect(familiesOf(fake.metrics())).toEqual(familiesOf(scorer.metrics()));
    expect(familiesOf(metrics())).toEqual(familiesOf(scorer.metrics()));
    await scorer.close();
  });

  it('counts the same of the same traffic', async () => {
    const counts = async (scorer: Parameters<typeof exercise>[0]): Promise<unknown> => {
      await exercise(scorer);
      const { requests, business, explanations } = scorer.summary();
      return { requests, confusion: business.confusion, labelled: business.labelled, explanations };
    };
    const real = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
    expect(await counts(fakeScorer({ model }))).toEqual(await counts(real));
  });

  it.each(['sqrt', 'typed', 'missing', 'int64', 'trees', 'odd-names', 'float16'] as const)(
    'has requests from the manifest of %s that the real one takes, in both forms',
    async (name) => {
      const model = fixtureModel(name);
      const scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
      for (const byName of [false, true]) {
        const { source } = await scorer.score(scoreRequest({}, { model, byName }));
        expect(source).toBe('model');
      }
      await scorer.close();
    },
  );

  it('has fixtures of the same shape as its own', async () => {
    const scorer = fakeScorer();
    expect(differences(await scorer.score(scoreRequest()), scoreResult())).toEqual([]);
    expect(differences(scorer.summary(), summary())).toEqual([]);
  });
});

describe('fraud-scorer/testing as it is built', () => {
  const program = (entry: string, root: string, load: string): string => `
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const worker = await import('node:worker_threads');
    let threads = 0;
    process.on('worker', () => { threads += 1; });
    const { fakeScorer, scoreRequest, fraudScorerError } = ${load}(${JSON.stringify(entry)});
    const scorer = fakeScorer({ checkFeatures: true, answers: ['BLOCK', 'ERR_INFERENCE'] });
    const { decision } = await scorer.score(scoreRequest());
    const error = await scorer.score({ features: {} }).catch((error) => error);
    await scorer.close();
    const { InvalidRequestError } = ${load}(${JSON.stringify(root)});
    const native = process.report.getReport().sharedObjects.filter((file) => /onnx/i.test(file));
    const loaded = Object.keys(require.cache).filter((file) => /onnxruntime/.test(file));
    console.log(JSON.stringify({ decision, isOfRoot: error.constructor === InvalidRequestError, threads, native, loaded }));
  `;

  it.each([
    ['testing.js', 'index.js', 'await import'],
    ['testing.cjs', 'index.cjs', 'require'],
  ])('loads no ONNX runtime, starts no thread and has the classes of the root: %s', async (entry, root, load) => {
    const dist = (file: string): string => projectPath(`dist/${file}`);
    const { code, output } = await runHost(program(dist(entry), dist(root), load));
    expect({ code, seen: JSON.parse(output) }).toEqual({
      code: 0,
      seen: { decision: 'BLOCK', isOfRoot: true, threads: 0, native: [], loaded: [] },
    });
  });

  it('knows the errors of the root by their classes in the sources too', async () => {
    await expect(fakeScorer({ checkFeatures: true }).score({ features: {} })).rejects.toBeInstanceOf(
      InvalidRequestError,
    );
  });
});
