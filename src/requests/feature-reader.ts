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

/** The largest request number, so that V8 stores it as a small integer. */
const maxRequest = 2 ** 30;

/**
 * Reads features in all forms and types, with missing values. Only for arrays of finite float32 values `writeFeatureRow` is faster. There
 * is one reader per version, and it prepares everything that follows from the manifest once.
 *
 * Checks the features and copies them in the same pass. It checks the copied values.
 */
export class FeatureReader implements OtherReader {
  readonly isForMore: boolean;
  readonly #layout: RowLayout;
  readonly #inputs: readonly DescribedInput[];
  readonly #names: FeatureNames;
  readonly #slots: readonly FeatureSlot[];
  readonly #views: RowViews;
  readonly #options: FeatureReaderOptions;
  /** For each feature its position in a row of float32 values; −1 if it has another type. */
  readonly #floatPlaces: Int32Array;
  /** For each feature the number of the last request that gave it. */
  readonly #seen: Int32Array;
  #request = 0;
  #given = 0;

  /** @param memory the rows' memory. Its size is a multiple of 8 bytes if not all inputs are float32. */
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
   * @param start the word index at which the row begins. The row holds undefined values if the features are refused.
   * @returns whether everything was valid. If not, `listIssues` says what was wrong.
   */
  write(features: unknown, start: number): boolean {
    try {
      return this.#write(features, start);
    } catch {
      // A getter or proxy of the host threw.
      return false;
    }
  }

  /** Lists what is wrong with refused features. Lists nothing if they are valid now. */
  listIssues(features: unknown, issues: IssueList): void {
    this.#issuesOf(issues).list(features);
  }

  /** Adds the names in `columns` that are inputs of no version, if unknown names are refused. */
  listUnknown(columns: object, issues: IssueList): void {
    this.#issuesOf(issues).listUnknownInputs(columns);
  }

  /** The version is gone, so its names are unknown from now on. */
  dispose(): void {
    this.#options.known.remove(this);
  }

  #write(features: unknown, start: number): boolean {
    // The number wraps round. At worst, a feature that four billion requests did not give counts as given once, and that request is
    // refused.
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

  /** @param input the input whose features the fields are; null for the top level. */
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
      // Most features are float32 numbers. They are written here without a call.
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
    // An input that is undefined or null gives none of its features.
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
      // A boolean in an array is probably a mistake. By name, its meaning is clear.
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
