import type { ManifestInput } from '../../models/manifest-inputs.js';
import { featureNamesOf, type NameScope } from '../../requests/feature-names.js';

type Fields = Readonly<Record<string, unknown>>;

/** An integer that JSON cannot hold as a number. A longer one is beyond int64 anyway. */
const longInteger = /^-?\d{16,40}$/;

/**
 * Reads integers beyond 2^53 − 1 of int64 features. In JSON they are written in quotes, because a number loses its last digits when it is
 * parsed. Everything else stays unchanged, and the scorer checks it.
 */
export class JsonIntegers {
  readonly #inputs: readonly ManifestInput[];
  readonly #top: NameScope;
  /** Whether each feature may be such an integer, in order. */
  readonly #isInteger: boolean[];
  readonly #hasNone: boolean;

  constructor(inputs: readonly ManifestInput[]) {
    this.#inputs = inputs;
    this.#top = featureNamesOf(inputs).top;
    this.#isInteger = inputs.flatMap(({ size, type, categories }) =>
      // For a feature with categories, the text is one of them.
      Array.from({ length: size }, (_, place) => type === 'int64' && categories?.[place] === undefined),
    );
    this.#hasNone = !this.#isInteger.includes(true);
  }

  /** @param features in the form that `score` takes. They are not changed. */
  read(features: unknown): unknown {
    if (this.#hasNone || !isFields(features)) return features;
    return Object.fromEntries(Object.entries(features).map(([name, value]) => [name, this.#valueOf(name, value)]));
  }

  #valueOf(name: string, value: unknown): unknown {
    const place = this.#top.placeOf(name);
    if (place === undefined) return value;
    if (typeof value === 'string') {
      const target = this.#top.targets[place] ?? -1;
      return target >= 0 && this.#isInteger[target] ? integerOf(value) : value;
    }
    const input = this.#inputs[this.#top.inputs[place] ?? -1];
    if (input?.type !== 'int64') return value;
    const isInteger = (column: number): boolean => input.categories?.[column] === undefined;
    if (Array.isArray(value)) return value.map((one: unknown, column) => (isInteger(column) ? integerOf(one) : one));
    if (!isFields(value)) return value;
    const named = Object.entries(value).map(([feature, one]) => {
      return [feature, isInteger(input.features?.indexOf(feature) ?? -1) ? integerOf(one) : one];
    });
    return Object.fromEntries(named);
  }
}

function integerOf(value: unknown): unknown {
  if (typeof value !== 'string' || !longInteger.test(value)) return value;
  const integer = BigInt(value);
  // An integer that a number can hold becomes a number.
  return Number.isSafeInteger(Number(integer)) ? value : integer;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
