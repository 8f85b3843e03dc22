import type { InputLayout, RowLayout, RowViews } from '../protocol/row-layout.js';
import { rowViewsOf } from '../protocol/row-layout.js';
import type { IssueList } from '../validation/issues.js';
import { nearestName } from '../validation/nearest-name.js';
import { builtInKind } from '../validation/object-kinds.js';
import type { FeatureNames } from './feature-names.js';
import {
  describeLength,
  describeNonArray,
  type Indexable,
  isFeatureObject,
  isNumericView,
  namesOf,
} from './feature-shape.js';
import { type FeatureSlot, writeValue } from './feature-slots.js';
import { takeHiddenFields } from './hidden-fields.js';
import type { KnownNames } from './known-names.js';
import { inheritedReceived, isVisible } from './object-fields.js';
import { describeValueFor, expectedSingle, expectedValue, expectedValues, missingHint } from './value-words.js';

export interface NamedIssuesOptions {
  layout: RowLayout;
  names: FeatureNames;
  slots: readonly FeatureSlot[];
  ignoresUnknown: boolean;
  known: KnownNames;
}

/** The nearest known name is looked up for at most this many unknown names of a request. If all names are wrong, more help is useless. */
const mostLookedFor = 3;

type Fields = Readonly<Record<string, unknown>>;

/** Reads refused features once more, to list everything that is wrong with them. */
export class NamedIssues {
  readonly #options: NamedIssuesOptions;
  readonly #issues: IssueList;
  readonly #given = new Set<number>();
  /** A buffer to try out values. */
  readonly #trial: RowViews = rowViewsOf(new ArrayBuffer(8));
  #lookedFor = 0;

  constructor(options: NamedIssuesOptions, issues: IssueList) {
    this.#options = options;
    this.#issues = issues;
  }

  list(features: unknown): void {
    try {
      const { layout } = this.#options;
      if (!isFeatureObject(features, layout, this.#issues)) return;
      for (const [index, input] of layout.inputs.entries()) this.#listInput(features, input, index);
      this.#listUnknown(features, null);
    } catch {
      // A getter or proxy of the host threw. Its error may quote data, so it is not passed on.
      this.#issues.add('features', 'an object that can be read', 'one that throws when it is read');
    }
  }

  /** For names in columns, which accept only arrays. */
  listUnknownInputs(columns: object): void {
    const { layout, known, ignoresUnknown } = this.#options;
    for (const name of Object.keys(columns)) {
      if (ignoresUnknown || layout.inputs.some((input) => input.name === name)) continue;
      if (known.hasInput(name)) continue;
      this.#addUnknown(name, null, known.inputs());
    }
  }

  #listInput(features: Fields, input: InputLayout, index: number): void {
    const path = `features.${input.name}`;
    const before = this.#issues.total;
    let isThere = false;
    try {
      const value = isVisible(features, input.name) ? features[input.name] : undefined;
      isThere = value !== undefined && value !== null;
      if (isThere) this.#listGiven(value, input, index);
    } catch {
      this.#issues.add(path, expectedValues(input), 'one that throws when it is read');
    }
    const flat = this.#listFlat(features, input, path);
    if (this.#issues.total > before) return;
    const hidden = this.#listHidden(features, input);
    if (this.#issues.total > before) return;
    this.#listAbsent(features, input, index, isThere || flat + hidden > 0);
  }

  #listGiven(value: unknown, input: InputLayout, index: number): void {
    const path = `features.${input.name}`;
    if (Array.isArray(value) || isNumericView(value)) {
      this.#listArray(value, input);
    } else if (this.#isObjectOfNames(value, index)) {
      const scope = this.#options.names.within[index];
      for (const name of Object.keys(value)) {
        const place = scope?.placeOf(name);
        if (place === undefined) continue;
        this.#listValue(value[name], scope?.targets[place] ?? -1, `${path}.${name}`);
      }
      this.#listUnknown(value, index);
    } else if (input.size === 1 && !(typeof value === 'object' && value !== null)) {
      this.#listValue(value, input.firstFeature, path);
    } else {
      this.#issues.add(path, this.#expectedOf(input), describeNonArray(value));
    }
  }

  /** An input with one feature also accepts a bare value. */
  #expectedOf(input: InputLayout): string {
    const slot = input.size === 1 ? this.#options.slots[input.firstFeature] : undefined;
    return slot === undefined ? expectedValues(input) : `${expectedSingle(slot)}, or ${expectedValues(input)}`;
  }

  /** Whether it is an object of names, and not an object that JSON made of an array. */
  #isObjectOfNames(value: unknown, index: number): value is Fields {
    if (typeof value !== 'object' || value === null || builtInKind(value) !== null) return false;
    const scope = this.#options.names.within[index];
    if (scope === undefined || scope.names.length === 0) return false;
    return Object.keys(value).some((key) => scope.has(key)) || describeNonArray(value) === 'an object';
  }

  #listArray(values: Indexable, input: InputLayout): void {
    const path = `features.${input.name}`;
    if (values.length !== input.size) {
      this.#issues.add(path, expectedValues(input), describeLength(values, input.size));
      return;
    }
    const isWide = values instanceof BigInt64Array || values instanceof BigUint64Array;
    if (isWide && input.type !== 'int64') {
      this.#issues.add(path, expectedValues(input), describeNonArray(values));
      return;
    }
    for (let column = 0; column < input.size; column += 1) {
      const value = values[column];
      const isBoolean = typeof value === 'boolean' && input.type !== 'bool';
      this.#listValue(value, input.firstFeature + column, `${path}[${column}]`, isBoolean);
    }
  }

  #listValue(value: unknown, feature: number, path: string, isRefused = false): void {
    const slot = this.#options.slots[feature];
    if (slot === undefined) return;
    const isSecond = this.#given.has(feature);
    this.#given.add(feature);
    if (isSecond) this.#add(path, 'each feature once', 'one that is given as a part of its input too');
    else if (isRefused || !writeValue(this.#trial, slot, 0, value)) {
      this.#add(path, expectedValue(slot), describeValueFor(slot, value));
    }
  }

  /** @returns how many of the input's features are given by their own names. */
  #listFlat(features: Fields, input: InputLayout, path: string): number {
    const { top } = this.#options.names;
    let flat = 0;
    for (const [place, name] of top.names.entries()) {
      const target = top.targets[place] ?? -1;
      const isOfInput = target >= input.firstFeature && target < input.firstFeature + input.size;
      if (!isOfInput || (top.inputs[place] ?? -1) >= 0 || !isVisible(features, name)) continue;
      flat += 1;
      try {
        this.#listValue(features[name], target, `features.${name}`);
      } catch {
        this.#issues.add(path, expectedValues(input), 'one that throws when it is read');
      }
    }
    return flat;
  }

  /** @returns how many fields of the input are hidden from a loop over the object's own fields. */
  #listHidden(features: Fields, input: InputLayout): number {
    const { names, layout } = this.#options;
    const end = input.firstFeature + input.size;
    let hidden = 0;
    takeHiddenFields(features, names, layout.inputs, {
      isGiven: (feature) => feature < input.firstFeature || feature >= end || this.#given.has(feature),
      take: (value, target, index, path) => {
        hidden += 1;
        if (index < 0) this.#listValue(value, target, `features.${path}`);
        else if (value !== undefined && value !== null) this.#listGiven(value, input, index);
        return true;
      },
      refuse: (path) => {
        const slot = this.#options.slots[input.firstFeature];
        const isWhole = path === input.name || slot === undefined;
        this.#add(`features.${path}`, isWhole ? expectedValues(input) : expectedValue(slot), inheritedReceived);
        return true;
      },
    });
    return hidden;
  }

  /** Features that are absent and may not be missing. */
  #listAbsent(features: Fields, input: InputLayout, index: number, isPartly: boolean): void {
    const path = `features.${input.name}`;
    const scope = this.#options.names.within[index];
    for (let column = 0; column < input.size; column += 1) {
      const feature = input.firstFeature + column;
      const slot = this.#options.slots[feature];
      if (slot === undefined || slot.missing !== undefined || this.#given.has(feature)) continue;
      if (!isPartly) {
        const received = Object.hasOwn(features, input.name) ? describeNonArray(features[input.name]) : 'nothing';
        if (input.size > 1) this.#add(path, expectedValues(input), received);
        else this.#add(path, expectedSingle(slot) + missingHint, received);
        return;
      }
      const name = scope?.names[scope.targets.indexOf(feature)];
      const isInside = Object.hasOwn(features, input.name);
      const place = name === undefined ? `${path}[${column}]` : isInside ? `${path}.${name}` : `features.${name}`;
      this.#add(place, expectedValue(slot), 'nothing');
    }
  }

  /** @param index the input whose features the fields are; null for the top level. */
  #listUnknown(fields: Fields, index: number | null): void {
    const { layout, names, known, ignoresUnknown } = this.#options;
    const input = index === null ? null : (layout.inputs[index]?.name ?? null);
    const scope = index === null ? names.top : names.within[index];
    for (const name of Object.keys(fields)) {
      if (scope?.has(name) || ignoresUnknown || known.has(name, input)) continue;
      this.#addUnknown(name, input, this.#lookedFor < mostLookedFor ? known.all(input) : []);
    }
  }

  #addUnknown(name: string, input: string | null, known: readonly string[]): void {
    this.#lookedFor += 1;
    const nearest = nearestName(name, known);
    const hint = nearest === null ? '' : ` (did you mean ${nearest}?)`;
    const [path, expected, received] =
      input === null
        ? ['features', `only the inputs ${namesOf(this.#options.layout)}`, 'an unknown input']
        : [`features.${input}`, `only features of ${input}`, 'an unknown feature'];
    this.#issues.addUnknown(path, name, expected, received + hint);
  }

  #add(path: string, expected: string, received: string): void {
    if (this.#issues.isFull) this.#issues.count();
    else this.#issues.add(path, expected, received);
  }
}
