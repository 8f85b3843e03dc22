import { Readable } from 'node:stream';
import { describe, expectTypeOf, it } from 'vitest';
import type {
  ColumnScores,
  Decide,
  Fallback,
  FeatureMap,
  FeatureValues,
  FraudScorer,
  FraudScorerOptions,
  ManyRequests,
  OptimizeModelOptions,
  optimizeModel,
  ScoreRequest,
  ScoreResult,
} from '../../src/index.js';

interface Features {
  left: number[];
  right: Float32Array;
}
interface ReadonlyFeatures {
  readonly left: readonly number[];
  readonly right?: Uint8Array;
}
type AliasedFeatures = { left: readonly [number, number]; right: Buffer };

declare const features: Features;
declare const readonlyFeatures: ReadonlyFeatures;
declare const aliased: AliasedFeatures;
declare const map: FeatureMap;
declare const record: Record<string, number[]>;
declare const body: ReturnType<typeof JSON.parse>;
declare const scorer: FraudScorer;
declare const optimize: typeof optimizeModel;

// What is claimed here is checked by the type checker (`npm run typecheck`): the functions are never called.
describe('the types of requests', () => {
  it('take interfaces, aliases, records and parsed JSON as features', () => {
    const calls = () => [
      scorer.score({ features }),
      scorer.score({ id: 'a', features: readonlyFeatures }),
      scorer.score({ features: aliased }),
      scorer.score({ features: map }),
      scorer.score({ features: record }),
      scorer.score({ features: { left: [1], right: [2, 3] } }),
      scorer.score(body),
      scorer.score({ features: body }),
      scorer.scoreColumns(features, 1),
      scorer.scoreColumns(readonlyFeatures, 1),
      scorer.scoreColumns({ left: [1], right: new Float64Array(2) }, 1),
      scorer.scoreColumns(record, 1),
    ];
    expectTypeOf(calls).returns.items.toExtend<Promise<ScoreResult | ColumnScores>>();
  });

  it('take a request that is declared as ScoreRequest, with or without the type of its features', () => {
    const request: ScoreRequest = { id: undefined, amount: undefined, features: { left: [1], right: [2] } };
    const calls = (own: ScoreRequest<Features>) => [
      scorer.score(request),
      scorer.score(own),
      scorer.scoreMany([request]),
      scorer.scoreMany([own]),
    ];
    expectTypeOf(calls).toBeFunction();
    expectTypeOf<ScoreRequest>().toEqualTypeOf<ScoreRequest<FeatureMap>>();
    expectTypeOf<FeatureMap[string]>().toEqualTypeOf<FeatureValues>();
  });

  it('take undefined for what may be left out', () => {
    const request = (id: string | undefined, amount: number | undefined) => scorer.score({ id, amount, features });
    expectTypeOf(request).toBeFunction();
  });

  it('take lists, generators and streams of requests, of several models too', () => {
    const given: ManyRequests = [{ features: { left: [1] } }];
    const calls = () => [
      scorer.scoreMany([{ features }, { id: 'b', features }]),
      scorer.scoreMany([{ features: { left: [1] } }, { features: { left: [1], right: new Float32Array(1) } }]),
      scorer.scoreMany([{ features: aliased }, { features: { another: [1] } }]),
      scorer.scoreMany<Features | ReadonlyFeatures>([{ features }, { features: readonlyFeatures }]),
      scorer.scoreMany([1, 2].map((value) => ({ features: { x: [value] } }))),
      scorer.scoreMany(new Set([{ features }])),
      scorer.scoreMany(
        (function* () {
          yield { features };
        })(),
      ),
      scorer.scoreMany(
        (async function* () {
          yield { features };
          yield { id: 'b', features };
        })(),
      ),
      scorer.scoreMany(Readable.from([])),
      scorer.scoreMany([]),
      scorer.scoreMany(given),
      scorer.scoreMany(body),
    ];
    expectTypeOf(calls).toBeFunction();
  });

  it('take every numeric array as values, over shared memory too', () => {
    expectTypeOf<
      | number[]
      | readonly number[]
      | readonly [number, number]
      | Float32Array
      | Float64Array
      | Int8Array
      | Uint8Array
      | Uint8ClampedArray
      | Int16Array
      | Uint16Array
      | Int32Array
      | Uint32Array
      | Buffer
      | Float32Array<SharedArrayBuffer>
      | Uint8Array<ArrayBuffer>
      | Uint8Array<ArrayBufferLike>
    >().toExtend<FeatureValues>();
    const read = (values: FeatureValues): number[] => [...values, values.length, values[0] ?? 0];
    expectTypeOf(read).toBeFunction();
  });

  it('take features by name, inside their inputs and flat, of every type, and missing ones', () => {
    interface Named {
      amount: number;
      country?: string | null;
      id: bigint;
    }
    const calls = (named: Named, inside: { X: Named; y: number[] }) => [
      scorer.score({ features: named }),
      scorer.score({ features: inside }),
      scorer.score({ features: { pclass: '3', sex: 'male', age: null, isNew: true } }),
      scorer.score({
        features: { X: { amount: 1, country: undefined }, ids: BigInt64Array.of(1n), texts: ['a', null] },
      }),
      scorer.scoreMany([{ features: named }, { features: { amount: null } }]),
      scorer.scoreColumns({ X: [1, 'DE', null], ids: BigInt64Array.of(1n) }, 1),
      optimize('a', 'b', { rows: [named] }),
    ];
    expectTypeOf(calls).toBeFunction();
  });

  it('are those that the scorer was created for, so that a misspelt name does not compile', () => {
    interface Known {
      amount: number;
      hour?: number | null;
    }
    const calls = async (typed: FraudScorer<Known>, create: typeof FraudScorer.create<Known>) => [
      typed.score({ features: { amount: 1 } }),
      typed.scoreMany([{ id: 'a', features: { amount: 1, hour: null } }]),
      (await create()).score({ features: { amount: 1, hour: 2 } }),
      // @ts-expect-error A misspelt name.
      typed.score({ features: { amount: 1, huor: 2 } }),
      // @ts-expect-error A misspelt name in a list.
      typed.scoreMany([{ features: { amuont: 1 } }]),
      // @ts-expect-error A feature that lacks.
      typed.score({ features: { hour: 1 } }),
      // @ts-expect-error A value of another kind.
      typed.score({ features: { amount: '1' } }),
    ];
    expectTypeOf(calls).toBeFunction();
  });

  it('reach decide and fallback with the features that the scorer was created for', () => {
    interface Flat {
      amount: number;
      hour?: number | null;
    }
    const calls = (create: typeof FraudScorer.create) => [
      create<Flat>({
        decide: (_, { features }) => (features.amount > 5_000 && (features.hour ?? 0) < 6 ? 'REVIEW' : undefined),
        fallback: ({ features }) => (features.amount > 100 ? 'REVIEW' : 'APPROVE'),
      }),
      // @ts-expect-error A misspelt name.
      create<Flat>({ decide: (_, { features }) => (features.amuont > 5_000 ? 'REVIEW' : undefined) }),
      // @ts-expect-error No array.
      create<Flat>({ fallback: ({ features }) => (features.amount[0] > 5_000 ? 'REVIEW' : 'BLOCK') }),
      // Without a type they are arrays, as before.
      create({ decide: (_, { features }) => ((features.left?.[0] ?? 0) > 1 ? 'REVIEW' : undefined) }),
    ];
    expectTypeOf(calls).toBeFunction();
    const own: Decide<Flat> = (_, { features: { amount } }) => (amount > 5_000 ? 'BLOCK' : undefined);
    const typed: FraudScorerOptions<Flat> = {
      decide: own,
      fallback: ({ features: { hour } }) => (hour ? 'REVIEW' : 'BLOCK'),
    };
    const general: FraudScorerOptions = {
      workers: 1,
      decide: (_, { amount = 0 }) => (amount > 1 ? 'BLOCK' : undefined),
    };
    const more = (create: typeof FraudScorer.create) => [create<Flat>(typed), create<Flat>(general), create(general)];
    expectTypeOf(more).returns.items.toExtend<Promise<unknown>>();
    const declared = async (create: typeof FraudScorer.create): Promise<FraudScorer<Flat>> => create();
    const generic = (create: typeof FraudScorer.create, read: <T>() => T) => create(read());
    expectTypeOf([declared, generic]).toBeArray();
    expectTypeOf<Fallback<Flat>>()
      .extract<(...args: never) => unknown>()
      .parameter(0)
      .toEqualTypeOf<ScoreRequest<Flat>>();
    expectTypeOf<Fallback>().extract<(...args: never) => unknown>().parameter(0).toEqualTypeOf<ScoreRequest>();
  });

  it('take the rows of optimizeModel as an interface too', () => {
    const options: OptimizeModelOptions = { rows: [{ left: [1] }], runs: undefined };
    const calls = () => [optimize('a', 'b', { rows: [features] }), optimize('a', 'b', options), optimize('a', 'b')];
    expectTypeOf(calls).toBeFunction();
  });

  it('refuse values of another kind', () => {
    const calls = () => [
      // @ts-expect-error A nested array.
      scorer.score({ features: { x: [[1]] } }),
      // @ts-expect-error A DataView.
      scorer.score({ features: { x: new DataView(new ArrayBuffer(4)) } }),
      // @ts-expect-error A function.
      scorer.score({ features: { ...features, name: () => 1 } }),
      // @ts-expect-error A Date.
      scorer.score({ features: { x: new Date() } }),
      // @ts-expect-error An object inside an input.
      scorer.score({ features: { x: { y: { z: 1 } } } }),
      // @ts-expect-error A string in columns.
      scorer.scoreColumns({ x: 'no' }, 1),
      // @ts-expect-error Rows of arrays.
      scorer.scoreColumns([[1]], 1),
    ];
    expectTypeOf(calls).toBeFunction();
  });

  it('refuse features, requests and lists of another kind', () => {
    const calls = () => [
      // @ts-expect-error Features that are an array.
      scorer.score({ features: [1, 2] }),
      // @ts-expect-error Features that are an array of arrays.
      scorer.score({ features: [[1], [2]] }),
      // @ts-expect-error Features that are a typed array.
      scorer.score({ features: new Float32Array(3) }),
      // @ts-expect-error Features that are a string.
      scorer.score({ features: 'no' }),
      // @ts-expect-error Features that are null.
      scorer.score({ features: null }),
      // @ts-expect-error Features that are a Map.
      scorer.score({ features: new Map([['x', [1]]]) }),
      // @ts-expect-error A promise of features.
      scorer.score({ features: Promise.resolve(features) }),
      // @ts-expect-error A promise of a request.
      scorer.score(Promise.resolve({ features })),
      // @ts-expect-error A list of requests, which is for scoreMany.
      scorer.score([{ features }]),
      // @ts-expect-error An option in the request.
      scorer.score({ features, timeoutMs: 5 }),
      // @ts-expect-error An option in a request of a list.
      scorer.scoreMany([{ features, timeoutMs: 5 }]),
      // @ts-expect-error An id that is a number.
      scorer.score({ id: 5, features }),
      // @ts-expect-error No features.
      scorer.score({ id: 'a' }),
      // @ts-expect-error The features themselves.
      scorer.score(features),
      // @ts-expect-error One request, which is for score.
      scorer.scoreMany({ features }),
      // @ts-expect-error A promise of a list.
      scorer.scoreMany(Promise.resolve([{ features }])),
    ];
    expectTypeOf(calls).toBeFunction();
    // @ts-expect-error A value of the interface is no feature.
    expectTypeOf<ScoreRequest<{ left: symbol }>>();
  });
});
