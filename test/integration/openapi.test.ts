import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { createScoringRoutes, type HttpResponse, type ScoringRoutes } from '../../src/integrations/http/index.js';
import { type FixtureModel, fixtureModel } from '../support/paths.js';
import { Versions } from '../support/versions.js';

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, object>;
}

interface Parameter {
  name: string;
  schema: { pattern: string };
}

function isAscending(shares: readonly unknown[] = []): boolean {
  return shares.every((share, place) => place === 0 || Number(share) > Number(shares[place - 1]));
}

/** A scorer, its routes, and its document's schemas in the hands of a validator of someone else's. */
interface Served {
  scorer: FraudScorer;
  routes: ScoringRoutes;
  document: Document;
  schema(name: string): ValidateFunction;
}

async function serve(model: FixtureModel): Promise<Served> {
  const scorer = await FraudScorer.create({ model: fixtureModel(model), workers: 1, providers: ['cpu'] });
  const routes = createScoringRoutes(scorer, { authorize: () => true, metrics: true, dashboard: true });
  const document = await documentOf(routes);
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  ajv.addSchema({ ...document, $id: 'document' });
  return {
    ...{ scorer, routes, document },
    schema: (name) => ajv.compile({ $ref: `document#/components/schemas/${name}` }),
  };
}

async function documentOf(routes: ScoringRoutes): Promise<Document> {
  const { body } = await routes.handle({ method: 'GET', path: '/openapi.json', headers: {} });
  return JSON.parse(String(body)) as Document;
}

/** What a client gets for this body, which has passed through JSON. */
async function post({ routes }: Served, path: string, body: unknown): Promise<HttpResponse> {
  const rawBody = Buffer.from(JSON.stringify(body));
  const answer = await routes.handle({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    rawBody,
  });
  return { ...answer, body: JSON.parse(JSON.stringify(answer.body)) };
}

function isInParts(features: Readonly<Record<string, unknown>>, { scorer }: Served): boolean {
  return scorer.describeModel().inputs.some(({ name: input, features: parts }) => {
    const value = features[input];
    const isWhole = value === undefined || Array.isArray(value);
    return !isWhole && parts.some(({ name }) => name !== null && name !== input && name in features);
  });
}

const text = { country: 'DE', sex: 'male' };

describe.each<[FixtureModel, object[]]>([
  [
    'linear',
    [
      { left: [1, 2, 3], right: [1, 2] },
      { a: 1, b: true, c: 3, right: [1, 2] },
      { left: { a: 1, b: 2, c: 3 }, right: [1, 2] },
    ],
  ],
  [
    'typed',
    [
      {
        half: [1, 2],
        double: 0.5,
        big: '9007199254740993',
        small: 3,
        flag: true,
        text,
        sequence: [1, 2, 3, 4, 5, 6],
        single: 1,
      },
    ],
  ],
  [
    'missing',
    [{ country: 'DE' }, { amount: null, hour: 3, country: 'TR', age: 3 }, { X: [1, null, 'elsewhere'], age: [null] }],
  ],
  ['int64', [{ codes: [1, '2', '9223372036854775000', -4, 5, 6, 7, 8] }]],
])('The document of %s', (model, examples) => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(model);
  });
  afterAll(() => served.scorer.close());

  it('is valid OpenAPI 3.1, and names the model', async () => {
    const { valid, errors } = await new Validator().validate({ ...served.document });
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
    expect(served.document).toMatchObject({ openapi: '3.1.0', info: { title: expect.stringContaining(model) } });
  });

  it('has every route but the live page', () => {
    const { routes } = served.routes;
    const paths = routes.map(({ path }) => path).filter((path) => !path.startsWith('/dashboard'));
    expect(Object.keys(served.document.paths).sort()).toEqual([...new Set(paths)].sort());
  });

  it('takes what the scorer takes', async () => {
    const request = served.schema('ScoreRequest');
    const result = served.schema('ScoreResult');
    for (const features of examples) {
      const answer = await post(served, '/score', { id: 'a', amount: 3, features });
      expect(answer).toMatchObject({ status: 200 });
      expect([request({ id: 'a', amount: 3, features }), request.errors]).toEqual([true, null]);
      expect([result(answer.body), result.errors]).toEqual([true, null]);
    }
  });

  it('refuses what the scorer refuses, and takes what it takes, whatever the features are', async () => {
    const request = served.schema('ScoreRequest');
    const problem = served.schema('Problem');
    const names = served.scorer
      .describeModel()
      .inputs.flatMap(({ name, features }) => [
        name,
        ...features.flatMap((feature) => (feature.name === null ? [] : [feature.name])),
      ]);
    const scalar = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -5, max: 5 }),
      fc.boolean(),
      fc.constantFrom(null, 'DE', 'male', 'other', '', '12', '123456789012345678', {}),
    );
    const value = fc.oneof(
      { weight: 3, arbitrary: scalar },
      { weight: 3, arbitrary: fc.array(scalar, { maxLength: 6 }) },
      {
        weight: 1,
        arbitrary: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, max: 1, min: 0 }), { maxLength: 6 }),
      },
      { weight: 1, arbitrary: fc.dictionary(fc.constantFrom(...names), scalar, { maxKeys: 4 }) },
    );
    const mutated = fc
      .tuple(
        fc.constantFrom(...(examples.length === 0 ? [{}] : examples)),
        fc.dictionary(fc.constantFrom(...names, 'zzz'), value, { maxKeys: 2 }),
      )
      .map(([example, more]) => ({ ...example, ...more }));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, fc.dictionary(fc.constantFrom(...names), value)), async (features) => {
        const body: unknown = JSON.parse(JSON.stringify({ features }));
        const { status, body: answer } = await post(served, '/score', body);
        expect([200, 400]).toContain(status);
        // The document does not tell of an input that is given partly inside and partly beside it.
        const isPromised = status === 200 && !isInParts(features, served);
        if (isPromised || status === 400) {
          expect({ features, valid: request(body) }).toEqual({ features, valid: status === 200 });
        }
        if (status === 400) expect(problem(answer)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});

describe('The document', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve('linear');
  });
  afterAll(() => served.scorer.close());

  it.each([
    ['GET', '/summary', 'Summary'],
    ['GET', '/health/live', 'Live'],
    ['GET', '/health/ready', 'Health'],
    ['GET', '/deployments', 'Deployments'],
  ])('describes the answer of %s %s', async (method, path, name) => {
    const { body } = await served.routes.handle({ method, path, headers: {} });
    const valid = served.schema(name);
    expect([valid(JSON.parse(JSON.stringify(body))), valid.errors]).toEqual([true, null]);
  });

  it('describes batches and their outcomes', async () => {
    const requests = [{ features: { left: [1, 2, 3], right: [1, 2] } }, { features: {} }];
    const { body } = await post(served, '/score/batch', { requests });
    const valid = served.schema('BatchResponse');
    expect([valid(body), valid.errors]).toEqual([true, null]);
    expect(body).toMatchObject({ outcomes: [{ status: 'fulfilled' }, { status: 'rejected' }] });
  });

  it('takes the options of a deployment that deploy takes, and refuses those that it refuses', async () => {
    const valid = served.schema('DeployRequest');
    const share = fc.constantFrom(0, 0.05, 0.5, 1, 1.5, null);
    const options = fc.record(
      {
        traffic: fc.constantFrom<unknown[]>('shadow', 'other', 0, 0.05, 0.5, 1, 2, null),
        policy: fc.dictionary(fc.constantFrom('blockRisk', 'reviewRisk', 'zzz'), share, { maxKeys: 2 }),
        workers: fc.constantFrom<unknown[]>(0, 1, 1.5, 256, 257, '1'),
        sample: share,
        canary: fc.oneof(
          fc.constant(null),
          fc.record(
            {
              steps: fc.array(share, { maxLength: 3 }),
              stepMs: fc.constantFrom(0, 1, null),
              minRequests: fc.constantFrom(0, 1, 1.5, 1_000_001),
              maxErrorRate: share,
              maxLatencyRatio: fc.constantFrom(0.5, 1, 3),
              maxBlockRateChange: share,
              gate: fc.constantFrom('advance', null),
            },
            { requiredKeys: [] },
          ),
        ),
        zzz: fc.constant(1),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        const body = { directory: '/no/such/directory', ...given };
        const { status } = await post(served, '/deployments', body);
        expect([400, 422]).toContain(status);
        // What one number has to do with another is more than a schema can say: the descriptions do.
        if (status === 400 && !isAscending(given.canary?.steps)) return;
        if (status === 422 && given.canary !== undefined && given.traffic !== undefined) return;
        expect({ given, valid: valid(body) }).toEqual({ given, valid: status === 422 });
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no version for retiring that is the primary', async () => {
    const retire = served.schema('RetireRequest');
    for (const [version, status] of [
      ['1', 400],
      ['none', 404],
      ['', 400],
      [1, 400],
    ] as const) {
      expect(await post(served, '/deployments/retire', { version })).toMatchObject({ status });
      expect({ version, valid: retire({ version }) }).toEqual({ version, valid: status === 404 });
    }
  });

  it('takes no share of the primary', async () => {
    const traffic = served.schema('TrafficRequest');
    for (const [shares, status] of [
      [{ '1': 0.5 }, 400],
      [{ none: 0.5 }, 404],
      [{ none: 2 }, 400],
      [{}, 200],
      [null, 400],
    ] as const) {
      expect(await post(served, '/deployments/traffic', { shares })).toMatchObject({ status });
      expect({ shares, valid: traffic({ shares }) }).toEqual({ shares, valid: status !== 400 });
    }
  });

  it('takes headers with blanks around the value, which are no part of it', () => {
    const { parameters } = (served.document.paths['/score'] as { post: { parameters: Parameter[] } }).post;
    const examples = new Map([
      ['request-timeout', '0.25'],
      ['x-routing-key', 'card 7'],
      ['idempotency-key', 'k'],
    ]);
    expect(parameters.map(({ name }) => name)).toEqual([...examples.keys()]);
    for (const { name, schema } of parameters) {
      const pattern = new RegExp(schema.pattern);
      expect([` ${examples.get(name)}\t`, ' ', ''].map((value) => pattern.test(value))).toEqual([true, false, false]);
    }
  });

  it('says which problems a status stands for', () => {
    const { responses } = (
      served.document.paths['/score'] as { post: { responses: Record<string, { description: string }> } }
    ).post;
    expect(responses['422']?.description).toContain('ERR_SCORE_OUT_OF_RANGE');
    expect(responses['500']?.description).toContain('ERR_INFERENCE');
  });

  it('is made anew once another version is the primary', async () => {
    const before = await documentOf(served.routes);
    await using versions = await Versions.make();
    await served.scorer.deploy(await versions.sqrt('2'));
    const after = await documentOf(served.routes);
    expect([before.info.version, after.info.version]).toEqual(['1', '2']);
    expect(JSON.stringify(after)).not.toBe(JSON.stringify(before));
  });
});
