import fc from 'fast-check';
import type { InputSpec } from '../oracle/direct-run.js';

type Features = Record<string, unknown>;

/** Requests that must be refused: of any shape at all, or right but for one thing. */
export function malformedRequests(inputs: readonly InputSpec[]): fc.Arbitrary<unknown> {
  const input = fc.constantFrom(...inputs);
  const right = (): Features => Object.fromEntries(inputs.map(({ name, size }) => [name, new Array(size).fill(0.5)]));
  const withInput = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => {
    return fc.tuple(input, arbitrary).map(([{ name }, values]) => ({ features: { ...right(), [name]: values } }));
  };
  const oneBadValue = input.chain(({ name, size }) =>
    fc.tuple(fc.nat(size - 1), badValue, fc.boolean()).map(([at, value, asProxy]) => {
      const values: unknown[] = new Array(size).fill(0.5);
      values[at] = value;
      return { features: { ...right(), [name]: asProxy ? new Proxy(values, {}) : values } };
    }),
  );
  const wrongLength = input.chain(({ name, size }) =>
    fc.tuple(fc.nat(2 * size), fc.boolean()).map(([drawn, typed]) => {
      const length = drawn === size ? size + 1 : drawn;
      const values = typed ? new Float32Array(length) : new Array(length).fill(0);
      return { features: { ...right(), [name]: values } };
    }),
  );
  const sparse = input.map(({ name, size }) => ({ features: { ...right(), [name]: new Array(size) } }));
  const missing = input.map(({ name }) => {
    const { [name]: _, ...others } = right();
    return { features: others };
  });
  const unknownInput = fc
    .string()
    .filter((name) => name !== '__proto__' && !inputs.some((known) => known.name === name))
    .map((name) => ({ features: { ...right(), [name]: [1] } }));
  const inherited = fc.constantFrom(
    { features: Object.create(right()) },
    Object.create({ features: { ...right(), [inputs[0]?.name ?? '']: null } }),
  );
  return fc.oneof(
    fc.anything(),
    fc.record({ features: fc.anything() }),
    withInput(fc.anything()),
    withInput(fc.constantFrom(...notLists)),
    oneBadValue,
    wrongLength,
    sparse,
    missing,
    unknownInput,
    inherited,
    fc.constantFrom('', 7, null, {}).map((id) => ({ id, features: right() })),
    fc
      .constantFrom(Number.NaN, Number.POSITIVE_INFINITY, '5', null, 5n)
      .map((amount) => ({ amount, features: right() })),
    fc.constantFrom(...throwing).map((make) => make(right())),
  );
}

/** No finite float32. */
const badValue = fc.oneof(
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.5e38, -1e300),
  fc.constantFrom<unknown>(undefined, null, true, 1n, '1', Symbol('1'), [1], new Number(1), () => 1),
  fc.string(),
);

const notLists = [
  new BigInt64Array(50),
  new DataView(new ArrayBuffer(200)),
  new ArrayBuffer(200),
  { length: 50, 0: 1 },
  new Set([1]),
  'fifty',
];

/** Objects that strike back when they are read. */
const throwing: ((features: Features) => unknown)[] = [
  (features) => ({
    get id(): string {
      throw new Error('of the host');
    },
    features,
  }),
  () => ({
    get features(): never {
      throw new Error('of the host');
    },
  }),
  (features) => ({ features: new Proxy(features, { ownKeys: fail }) }),
  (features) => ({ features: new Proxy(features, { get: fail }) }),
  (features) => ({ features: new Proxy(features, { getOwnPropertyDescriptor: fail }) }),
  (features) => {
    const { proxy, revoke } = Proxy.revocable(features, {});
    revoke();
    return { features: proxy };
  },
];

function fail(): never {
  throw new Error('of the host');
}
