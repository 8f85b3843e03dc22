import { isFloat32Array } from 'node:util/types';
import { type RowLayout, type RowViews, rowViewsOf } from '../protocol/row-layout.js';
import type { IssueList } from '../validation/issues.js';
import { builtInKind } from '../validation/object-kinds.js';
import { type FeatureNames, featureNamesOf, type NameScope } from './feature-names.js';
import { type Indexable, isNumericView } from './feature-shape.js';
import {
  type DescribedInput,
  type FeatureSlot,
  featureSlots,
  placeIn,
  writeMissing,
  writeValue,
} from './feature-slots.js';
import { type HiddenFieldTaker, takeHiddenFields } from './hidden-fields.js';
import { type FeatureReaderOptions, KnownNames } from './known-names.js';
import { NamedIssues } from './named-issues.js';
import { isPlainObject } from './object-fields.js';
import type { OtherReader } from './read-request.js';

type Fields = Readonly<Record<string, unknown>>;

/** The largest number of a request that is held as a small integer. */
const maxRequest = 2 ** 30;

/**
 * Reads features in all forms and of all types, with missing values: everything but arrays of finite float32 values, for which
 * `writeFeatureRow` is faster. One for each version: what it can work out from the manifest, it works out once.
 *
 * Checks the features and copies them in the same pass. What is checked is the copy.
 */
export class FeatureReader implements OtherReader {
  readonly isForMore: boolean;
  readonly #layout: RowLayout;
  readonly #inputs: readonly DescribedInput[];
  readonly #names: FeatureNames;
  readonly #slots: readonly FeatureSlot[];
  readonly #views: RowViews;
  readonly #options: FeatureReaderOptions;
  /** For each feature its place in a row of float32 values; −1 where it is of another type. */
  readonly #floatPlaces: Int32Array;
  /** For each feature the number of the last request that gave it. */
  readonly #seen: Int32Array;
  #request = 0;
  #given = 0;

  /** @param memory of the rows, a multiple of 8 bytes where not all inputs are float32. */
  constructor(
    inputs: readonly DescribedInput[],
    layout: RowLayout,
    memory: ArrayBufferLike,
    options: FeatureReaderOptions = { ignoresUnknown: false, known: new KnownNames() },
  ) {
    this.#layout = layout;
    this.#inputs = inputs;
    this.#options = options;
    this.#names = featureNamesOf(inputs);
    this.#slots = featureSlots(inputs, layout);
    this.#views = rowViewsOf(memory);
    this.isForMore =
      !layout.isFloat32 || this.#slots.some(({ missing, texts }) => missing !== undefined || texts !== null);
    this.#floatPlaces = Int32Array.from(this.#slots, (slot) => (slot.input.type === 'float32' ? placeIn(slot, 0) : -1));
    this.#seen = new Int32Array(this.#slots.length);
    options.known.add(this);
  }

  get names(): FeatureNames {
    return this.#names;
  }

  get slots(): readonly FeatureSlot[] {
    return this.#slots;
  }

  get inputs(): readonly string[] {
    return this.#inputs.map(({ name }) => name);
  }

  /**
   * @param start the word of the memory at which the row begins; it holds rubbish afterwards where the features are refused.
   * @returns whether all was as it should be; `listIssues` says what was not.
   */
  write(features: unknown, start: number): boolean {
    try {
      return this.#write(features, start);
    } catch {
      // A getter or a proxy of the host's threw.
      return false;
    }
  }

  /** Says what is wrong with features that were refused; nothing where they are right by now. */
  listIssues(features: unknown, issues: IssueList): void {
    this.#issuesOf(issues).list(features);
  }

  /** Adds the names in `columns` that are no inputs of any version, where these are refused. */
  listUnknown(columns: object, issues: IssueList): void {
    this.#issuesOf(issues).listUnknownInputs(columns);
  }

  /** The version is gone: its names are known no more. */
  dispose(): void {
    this.#options.known.remove(this);
  }

  #write(features: unknown, start: number): boolean {
    // Wraps round: a feature that none of four billion requests gave counts as given once then, at worst it is refused.
    if (this.#request === maxRequest) {
      this.#seen.fill(0);
      this.#request = 0;
    }
    this.#request += 1;
    this.#given = 0;
    if (!this.#writeFields(features, this.#names.top, null, start)) return false;
    if (this.#given === this.#slots.length) return true;
    return this.#writeHidden(features as Fields, start) && this.#writeAbsent(start);
  }

  /** @param input whose features the fields are; null where they are those of the features as a whole. */
  #writeFields(object: unknown, scope: NameScope, input: string | null, start: number): boolean {
    if (typeof object !== 'object' || object === null) return false;
    const isPlain = isPlainObject(object);
    if (!isPlain && builtInKind(object) !== null) return false;
    const fields = object as Fields;
    const { names, targets, next } = scope;
    const { float32 } = this.#views;
    const places = this.#floatPlaces;
    const seen = this.#seen;
    const request = this.#request;
    let given = 0;
    let last = 0;
    for (const name in fields) {
      if (!isPlain && !Object.hasOwn(fields, name)) continue;
      let place = next[last] as number;
      if (names[place] !== name) {
        const found = scope.placeOf(name);
        if (found === undefined) {
          if (this.#options.ignoresUnknown || this.#options.known.has(name, input)) continue;
          return false;
        }
        place = found;
        next[last] = found;
      }
      last = place + 1;
      const value = fields[name];
      const target = targets[place] as number;
      // A feature that is a float32 number, which most are, without a call.
      if (typeof value === 'number' && target >= 0) {
        const at = places[target] as number;
        const rounded = Math.fround(value);
        if (at >= 0 && rounded - rounded === 0 && seen[target] !== request) {
          seen[target] = request;
          float32[start + at] = rounded;
          given += 1;
          continue;
        }
      }
      if (!this.#writeField(value, target, scope.inputs[place] as number, start)) return false;
    }
    this.#given += given;
    return true;
  }

  #writeField(value: unknown, target: number, input: number, start: number): boolean {
    if (typeof value === 'object' && value !== null && input >= 0) {
      if (Array.isArray(value) || isNumericView(value)) return this.#writeArray(value, input, start);
      const scope = this.#names.within[input];
      return scope !== undefined && this.#writeFields(value, scope, this.#layout.inputs[input]?.name ?? '', start);
    }
    // An input that is undefined or null has none of its features.
    if (target < 0) return value === undefined || value === null;
    const slot = this.#slots[target];
    return slot !== undefined && this.#isFirst(target) && writeValue(this.#views, slot, placeIn(slot, start), value);
  }

  #writeArray(values: Indexable, index: number, start: number): boolean {
    const input = this.#layout.inputs[index];
    if (input === undefined || values.length !== input.size) return false;
    if (isFloat32Array(values) && input.type === 'float32') return this.#writeFloats(values, input.firstFeature, start);
    const isFloat32 = input.type === 'float32';
    const takesBooleans = input.type === 'bool';
    for (let column = 0; column < input.size; column += 1) {
      const feature = input.firstFeature + column;
      const value = values[column];
      if (!this.#isFirst(feature)) return false;
      if (isFloat32 && typeof value === 'number') {
        const rounded = Math.fround(value);
        if (rounded - rounded === 0) {
          this.#views.float32[start + (this.#floatPlaces[feature] as number)] = rounded;
          continue;
        }
      }
      // In an array a boolean is mostly a mistake: by name, it says what it is.
      const slot = this.#slots[feature];
      if (slot === undefined || (typeof value === 'boolean' && !takesBooleans)) return false;
      if (!writeValue(this.#views, slot, placeIn(slot, start), value)) return false;
    }
    return true;
  }

  #writeFloats(values: Float32Array, firstFeature: number, start: number): boolean {
    const { length } = values;
    for (let column = 0; column < length; column += 1) {
      const feature = firstFeature + column;
      const value = values[column] as number;
      if (!this.#isFirst(feature)) return false;
      if (value - value === 0) {
        this.#views.float32[start + (this.#floatPlaces[feature] as number)] = value;
        continue;
      }
      const slot = this.#slots[feature];
      if (slot === undefined || !writeValue(this.#views, slot, placeIn(slot, start), value)) return false;
    }
    return true;
  }

  #issuesOf(issues: IssueList): NamedIssues {
    const options = { ...this.#options, layout: this.#layout, names: this.#names, slots: this.#slots };
    return new NamedIssues(options, issues);
  }

  /** Whether a request gives a feature for the first time. */
  #isFirst(feature: number): boolean {
    if (this.#seen[feature] === this.#request) return false;
    this.#seen[feature] = this.#request;
    this.#given += 1;
    return true;
  }

  #writeHidden(features: Fields, start: number): boolean {
    const taker: HiddenFieldTaker = {
      isGiven: (feature) => this.#seen[feature] === this.#request,
      take: (value, target, input) => this.#writeField(value, target, input, start),
      refuse: () => false,
    };
    return takeHiddenFields(features, this.#names, this.#layout.inputs, taker);
  }

  /** Whether all features that were not given may be missing. */
  #writeAbsent(start: number): boolean {
    for (const [feature, slot] of this.#slots.entries()) {
      if (this.#seen[feature] === this.#request) continue;
      if (!writeMissing(this.#views, slot, placeIn(slot, start))) return false;
    }
    return true;
  }
}
