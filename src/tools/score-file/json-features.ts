import type { ManifestInput } from '../../models/manifest-inputs.js';
import { featureNamesOf } from '../../requests/feature-names.js';
import { type FeatureColumn, featureColumns, wholeTypes } from './feature-columns.js';
import { JsonIntegers } from './json-integers.js';
import { type NameSlip, nameSlips } from './name-slips.js';
import type { RowProblem } from './raw-row.js';

/** An object of a JSON file, with any contents. */
export type Fields = Readonly<Record<string, unknown>>;

/** The field of a row that holds a request's features. */
const requestField = 'features';

/** The features of a row of a JSON file. */
export interface JsonFeaturesOfRow {
  /** In the form that `score` takes. They are not checked. */
  features: unknown;
  /** Whether they are from the row's field `features`. */
  isRequest: boolean;
}

/**
 * Finds the features in rows of a JSON file. If a row has a field `features`, that field goes to the scorer unchanged. In any other row the
 * features are fields among others. Those that the model knows go to the scorer, by the names that `score` takes or by column names such as
 * `X[0]`.
 */
export class JsonFeatures {
  /** The features that no row of fields has given so far. */
  readonly unseen: Set<FeatureColumn>;
  /** Whether the path of field names leads to an integer feature; null if the model has none. */
  readonly isInteger: ((names: readonly string[]) => boolean) | null;
  readonly #inputs: readonly ManifestInput[];
  readonly #columns: readonly FeatureColumn[];
  /** The features that a name gives. */
  readonly #given = new Map<string, readonly number[]>();
  /** Column names that `score` does not know, such as `X[0]`. */
  readonly #longNames = new Map<string, FeatureColumn>();
  readonly #integers: JsonIntegers;
  readonly #others: ReadonlySet<string>;
  readonly #isSlip: ReturnType<typeof nameSlips>;

  /** @param others the names of other columns, such as the label's. */
  constructor(inputs: readonly ManifestInput[], others: readonly string[]) {
    this.#inputs = inputs;
    this.#others = new Set(others);
    this.#columns = featureColumns(inputs);
    this.unseen = new Set(this.#columns);
    const hasIntegers = this.#columns.some(({ type }) => wholeTypes.has(type));
    this.isInteger = hasIntegers ? (names) => this.#isInteger(names) : null;
    this.#integers = new JsonIntegers(inputs);
    const { names, targets } = featureNamesOf(inputs).top;
    let first = 0;
    const featuresOf = new Map(
      inputs.map(({ name, size }) => {
        const features = Array.from({ length: size }, (_, place) => first + place);
        first += size;
        return [name, features];
      }),
    );
    for (const [place, name] of names.entries()) {
      const target = targets[place] ?? 0;
      this.#given.set(name, featuresOf.get(name) ?? [target]);
    }
    for (const [feature, column] of this.#columns.entries()) {
      if (this.#given.has(column.name)) continue;
      this.#given.set(column.name, [feature]);
      this.#longNames.set(column.name, column);
    }
    this.#isSlip = nameSlips([...this.#given.keys()], others);
  }

  /** All names that give features. */
  get names(): string[] {
    return [...this.#given.keys()];
  }

  read(row: Fields): JsonFeaturesOfRow | RowProblem {
    const isRequest = Object.hasOwn(row, requestField) && !this.#given.has(requestField);
    if (isRequest) return this.#beside(row) ?? { features: this.#integers.read(row[requestField]), isRequest };
    const known: [string, unknown][] = [];
    const long: [FeatureColumn, unknown][] = [];
    const others: string[] = [];
    const given = new Set<number>();
    for (const [name, value] of Object.entries(row)) {
      const features = this.#given.get(name);
      if (features === undefined) {
        others.push(name);
        continue;
      }
      for (const feature of features) given.add(feature);
      const column = this.#longNames.get(name);
      if (column === undefined) known.push([name, value]);
      else long.push([column, value]);
    }
    if (this.unseen.size > 0) this.#see(given);
    const slip = given.size === this.#columns.length ? null : this.#slipIn(others, given);
    if (slip !== null) {
      const expected = `only names that differ more from the feature ${JSON.stringify(slip.meant)}, which is missing (rename the field, or give the feature as null)`;
      return { column: slip.name.slice(0, 60), expected, received: 'a field that the model does not know' };
    }
    const twice = long.find(([{ input }]) => Object.hasOwn(row, input));
    if (twice !== undefined) {
      const received = 'one that is given as a part of its input too';
      return { column: twice[0].name, expected: 'each feature once', received };
    }
    if (long.length > 0) known.push(...this.#inputsOf(long));
    return { features: this.#integers.read(Object.fromEntries(known)), isRequest };
  }

  /** A feature outside the field `features` of a request. It would not be read and could count as missing. */
  #beside(row: Fields): RowProblem | null {
    const name = Object.keys(row).find((name) => this.#given.has(name) && !this.#others.has(name));
    if (name === undefined) return null;
    return {
      column: name,
      expected: 'all features of the row in its field "features"',
      received: 'one beside it, which would not be read (move it into "features", or rename it)',
    };
  }

  #see(given: ReadonlySet<number>): void {
    for (const feature of given) {
      const column = this.#columns[feature];
      if (column !== undefined) this.unseen.delete(column);
    }
  }

  #isInteger(names: readonly string[]): boolean {
    const [top = '', next = ''] = names;
    const name = top === requestField && !this.#given.has(top) ? next : top;
    // All features of an input have the same type.
    const [feature = -1] = this.#given.get(name) ?? [];
    return wholeTypes.has(this.#columns[feature]?.type ?? '');
  }

  #slipIn(others: readonly string[], given: ReadonlySet<number>): NameSlip | null {
    return this.#isSlip(others, (name) => !(this.#given.get(name) ?? []).some((feature) => given.has(feature)));
  }

  /** Inputs built from features that have the long names of columns. */
  #inputsOf(long: readonly (readonly [FeatureColumn, unknown])[]): [string, unknown][] {
    const inputs = new Map<string, [FeatureColumn, unknown][]>();
    for (const [column, value] of long) {
      const own = inputs.get(column.input) ?? [];
      inputs.set(column.input, own);
      own.push([column, value]);
    }
    return [...inputs].map(([name, own]) => {
      const size = this.#inputs.find((input) => input.name === name)?.size ?? 0;
      if (own.some(([{ feature }]) => feature !== null)) {
        return [name, Object.fromEntries(own.map(([{ feature }, value]) => [feature, value]))];
      }
      const values: unknown[] = Array.from({ length: size }, () => undefined);
      for (const [{ place }, value] of own) values[place] = value;
      return [name, values];
    });
  }
}
