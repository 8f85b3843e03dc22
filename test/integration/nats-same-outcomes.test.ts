import type { NatsConnection } from '@nats-io/transport-node';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, FraudScorerError, type FraudScorerOptions, type Issue } from '../../src/index.js';
import { RemoteScorer, type ScoringService, serveScoring } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';
import { type FixtureModel, fixtureModel } from '../support/paths.js';

/** A scorer of this process, and a remote one whose only node it is. */
interface Pair {
  own: FraudScorer;
  service: ScoringService;
  remote: RemoteScorer;
}

const versions = {
  packed: ['linear', {}],
  tolerant: ['linear', { unknownFeatures: 'ignore' }],
  missing: ['missing', {}],
  typed: ['typed', {}],
} satisfies Record<string, [FixtureModel, FraudScorerOptions]>;
type VersionName = keyof typeof versions;
const names = Object.keys(versions) as VersionName[];

let server: NatsServer;
let connection: NatsConnection;
const pairs = new Map<VersionName, Pair>();

beforeAll(async () => {
  server = await NatsServer.start();
  connection = await server.connect();
  await Promise.all(
    names.map(async (name) => {
      const [model, options] = versions[name];
      const own = await FraudScorer.create({
        ...{ model: fixtureModel(model), workers: 1, providers: ['cpu'], timeoutMs: 60_000 },
        ...options,
      });
      const where = { subject: `odd.${name}`, name: `odd-${name}` };
      const service = await serveScoring(own, connection, where);
      const remote = await RemoteScorer.connect(connection, { ...where, timeoutMs: 60_000, retries: 0 });
      pairs.set(name, { own, service, remote });
    }),
  );
}, 60_000);

afterAll(async () => {
  for (const { own, service, remote } of pairs.values()) {
    await remote.close();
    await service.stop();
    await own.close();
  }
  await connection?.close();
  await server?.stop();
});

/** What a caller sees, without the times. Of an issue, the field and what was received: a typed array is sent as a list, and messages about it say so. */
async function outcomeOf(call: Promise<object>): Promise<unknown> {
  try {
    return { ...(await call), timing: null };
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    const { code, name } = error;
    const issues: unknown = Reflect.get(error, 'issues');
    if (!Array.isArray(issues)) return { code, name, message: error.message };
    const listed = (issues as Issue[]).map(
      ({ path, received }) => `${path}: ${received.replace(kindOfList, 'an array of ')}`,
    );
    return { code, name, listed, total: Reflect.get(error, 'totalIssues') };
  }
}

const kindOfList = /^an? (?:Big)?(?:Float|Uint|Int)\d+(?:Clamped)?Array of /;

async function both(name: VersionName, request: unknown, options?: object): Promise<[unknown, unknown]> {
  const { own, remote } = pairs.get(name) as Pair;
  return Promise.all([
    outcomeOf(own.score(request as never, options)),
    outcomeOf(remote.score(request as never, options)),
  ]);
}

class Hidden {
  readonly right = [1, 2];
  get left(): number[] {
    return [1, 2, 3];
  }
}

const good = { left: [0.5, 1, 2], right: [1, 2] };

const requests: [string, unknown][] = [
  ['arrays', { features: good }],
  ['typed arrays', { id: 'tx-1', amount: 3, features: { left: Float32Array.of(1, 2, 3), right: new Float64Array(2) } }],
  ['features by name', { features: { a: 1, b: 2, c: true, right: [1, 2] } }],
  ['a getter of a class', { features: new Hidden() }],
  ['features on a prototype', { features: Object.create(good) }],
  ['one feature on a prototype', { features: Object.assign(Object.create({ a: 1 }), { b: 1, c: 1, right: [1, 2] }) }],
  [
    'a field that is not enumerable',
    { features: Object.defineProperty({ right: [1, 2] }, 'left', { value: [1, 2, 3] }) },
  ],
  ['an unknown Date', { features: { ...good, at: new Date(0) } }],
  ['an unknown function', { features: { ...good, at: () => 1 } }],
  ['an unknown class', { features: { ...good, at: new Hidden() } }],
  ['a Date', { features: { ...good, left: new Date(0) } }],
  ['a promise', Promise.resolve({ features: good })],
  ['a promise of features', { features: Promise.resolve(good) }],
  ['a Map', { features: new Map(Object.entries(good)) }],
  ['text', { features: { ...good, left: ['1', '2', '3'] } }],
  ['bigints', { features: { ...good, left: [1n, 2n, 2n ** 70n] } }],
  ['NaN and infinities', { features: { left: [Number.NaN, Number.POSITIVE_INFINITY, 1e39], right: [1, 2] } }],
  ['holes', { features: { ...good, left: Object.assign(new Array(3), { 0: 1, 2: 3 }) } }],
  ['null and undefined', { features: { left: null, right: undefined } }],
  ['a wrong length', { features: { ...good, left: [1, 2] } }],
  ['nested lists', { features: { ...good, left: [[1, 2, 3]] } }],
  ['__proto__ of JSON', { features: JSON.parse('{"left": [1, 2, 3], "right": [1, 2], "__proto__": 1}') }],
  ['an empty id', { id: '', features: good }],
  ['a long id', { id: 'ü'.repeat(3_000), features: good }],
  ['an id of a lone surrogate', { id: '\ud800', features: good }],
  ['an amount that is not finite', { amount: Number.NaN, features: good }],
  ['inputs in place of features', good],
  ['a list of requests', [{ features: good }]],
  ['features in features', { features: { features: good } }],
  ['no object', 'tx-1'],
  [
    'a getter that throws',
    {
      get features() {
        throw new Error('of the host');
      },
    },
  ],
  [
    'a request of a class',
    new (class {
      id = 'tx-1';
      get features() {
        return good;
      }
    })(),
  ],
];

describe.each(names)('a remote scorer of the version "%s"', (name) => {
  it.each(requests)('has the outcome of its node for %s', async (_, request) => {
    const [own, remote] = await both(name, request);
    expect(remote).toEqual(own);
  });

  it.each<[string, object]>([
    ['a priority', { priority: 3 }],
    ['a priority out of range', { priority: 30 }],
    ['a routing key', { routingKey: 'k' }],
    ['an empty routing key', { routingKey: '' }],
    ['explain', { explain: true }],
    ['a wrong explain', { explain: 'yes' }],
    ['no limit of time', { timeoutMs: Number.POSITIVE_INFINITY }],
    ['a wrong time', { timeoutMs: 0 }],
    ['an unknown option', { colour: 1 }],
    ['an aborted signal', { signal: AbortSignal.abort() }],
  ])('has the outcome of its node with %s', async (_, options) => {
    const [own, remote] = await both(name, { id: 'tx-1', features: good }, options);
    expect(remote).toEqual(own);
  });

  it('has it for any features', async () => {
    const value = fc.oneof(
      fc.double(),
      fc.constantFrom(undefined, null, '1', 'DE', 3n, true, new Date(0), () => 1, Symbol('s'), {}),
      fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(undefined, null, '1', 3n, true)), { maxLength: 4 }),
      fc.float32Array({ minLength: 1, maxLength: 4 }),
    );
    const field = fc.constantFrom('left', 'right', 'a', 'b', 'c', 'X', 'amount', 'hour', 'country', 'age', 'other');
    const features = fc
      .tuple(fc.constantFrom({}, good), fc.dictionary(field, value), fc.dictionary(field, value, { maxKeys: 1 }))
      .map(([base, own, inherited]) => Object.assign(Object.create(inherited), base, own));
    await fc.assert(
      fc.asyncProperty(features, fc.boolean(), async (given, isPlain) => {
        const [own, remote] = await both(name, { features: isPlain ? { ...given } : given });
        expect(remote).toEqual(own);
      }),
      { numRuns: 200 },
    );
  });
});
