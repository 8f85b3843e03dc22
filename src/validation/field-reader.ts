import { InvalidOptionsError } from '../errors.js';
import { type Fields, readFields } from './fields.js';
import { describeValue, IssueList } from './issues.js';
import { isSlipOf, nearestName } from './nearest-name.js';
import { builtInKind } from './object-kinds.js';

interface NumberRange {
  min?: number;
  /** The value must be above this, not equal to it. */
  above?: number;
  max?: number;
  integer?: boolean;
  unit?: string;
}

/**
 * Reads the fields of an object that people wrote (options, a manifest) one by one, and collects what is wrong with them. `undefined`
 * counts as absent. A field that was not read is unknown, which is an issue too.
 */
export class FieldReader {
  readonly issues: IssueList;
  readonly #fields: Fields;
  readonly #path: string;
  readonly #known = new Set<string>();
  /** Whether there is no object to read. Then there is one issue, and fields give no further issues. */
  #isUnreadable = false;

  /**
   * @param path the object's name in issues. Its fields are `path.field`, or just `field` if the path is empty.
   * @param expected what may be given, for the issue if it is not an object.
   */
  constructor(value: unknown, path = '', issues: IssueList = new IssueList(), expected = 'an object') {
    this.#path = path;
    this.issues = issues;
    this.#fields = this.#copy(value, expected);
  }

  /** A copy of the fields. A getter is called once. A getter that throws, or a revoked proxy, gives an issue. */
  #copy(value: unknown, expected: string): Fields {
    if (value === undefined) return {};
    const path = this.#path === '' ? 'options' : this.#path;
    try {
      if (isObject(value)) return readFields(value);
      this.issues.add(path, expected, describeValue(value));
    } catch {
      this.issues.add(path, 'an object that can be read', 'one that throws');
    }
    this.#isUnreadable = true;
    return {};
  }

  /** The names of the fields that are present. */
  get names(): string[] {
    return Object.keys(this.#fields).filter((name) => this.has(name));
  }

  get isUnreadable(): boolean {
    return this.#isUnreadable;
  }

  has(name: string): boolean {
    return this.#fields[name] !== undefined;
  }

  /** Marks fields as known, whether or not their values are read. */
  knows(...names: readonly string[]): this {
    for (const name of names) this.#known.add(name);
    return this;
  }

  /** Whether a field has exactly this value. */
  is(name: string, value: unknown): boolean {
    return this.#take(name) === value;
  }

  number(name: string, fallback: number, range: NumberRange): number {
    const value = this.#take(name);
    if (value === undefined) return fallback;
    if (typeof value !== 'number' || !isWithin(value, range)) {
      this.reject(name, describeRange(range), value);
      return fallback;
    }
    return value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const value = this.#take(name);
    if (value === undefined) return fallback;
    const match = allowed.find((candidate) => candidate === value);
    if (match === undefined) {
      this.reject(name, `one of ${allowed.map((choice) => JSON.stringify(choice)).join(', ')}`, value);
      return fallback;
    }
    return match;
  }

  /** A value that `accepts` recognises. */
  value<T>(name: string, expected: string, accepts: (value: unknown) => value is T): T | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (isAccepted(value, accepts)) return value;
    this.reject(name, expected, value);
    return undefined;
  }

  /** A field that must be present. */
  required<T>(name: string, expected: string, accepts: (value: unknown) => value is T): T | undefined {
    if (!this.has(name) && !this.#isUnreadable) this.reject(name, expected, this.#take(name));
    return this.value(name, expected, accepts);
  }

  /** A list of at least one distinct value that `accepts` recognises. */
  list<T>(
    name: string,
    expected: string,
    accepts: (value: unknown) => value is T,
    /** Advice to add for a refused item, depending on its kind. */
    hint: (item: unknown) => string = () => '',
  ): T[] | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const list = listOf(value);
    if (list.length === 0) {
      this.reject(name, `a list of ${expected}`, value);
      return undefined;
    }
    const items: T[] = [];
    for (const [index, item] of list.entries()) {
      if (!isAccepted(item, accepts)) this.reject(`${name}[${index}]`, expected + hint(item), item);
      else if (items.includes(item)) this.reject(`${name}[${index}]`, 'each value once', item);
      else items.push(item);
    }
    return items;
  }

  /** The reader of a nested object. It collects issues in the same list. */
  nested(name: string, expected?: string): FieldReader {
    const nested = new FieldReader(this.#take(name), this.pathOf(name), this.issues, expected);
    nested.#isUnreadable ||= this.#isUnreadable;
    return nested;
  }

  /** Marks fields as known without checking them, because they depend on another field that is not valid. */
  skip(...names: string[]): void {
    for (const name of names) this.#known.add(name);
  }

  reject(name: string, expected: string, value: unknown): void {
    this.issues.add(this.pathOf(name), expected, describeValue(value));
  }

  /** Adds an issue for each unknown field. Call it after all known fields are read. */
  rejectUnknown(): this {
    for (const name of Object.keys(this.#fields)) {
      if (this.#known.has(name) || this.#fields[name] === undefined) continue;
      const known = [...this.#known];
      const leftOut = this.issues.listsUnknown ? known.filter((other) => !this.has(other)) : [];
      const meant = nearestName(name, leftOut);
      const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
      this.issues.addUnknown(this.#path, name, `one of ${known.join(', ')}`, `an unknown field${hint}`);
    }
    return this;
  }

  /**
   * Adds an issue for each unknown field whose name differs in one letter from a known field that is absent. Other unknown fields are
   * ignored. Call it after all known fields are read.
   */
  rejectMisspelt(): this {
    for (const name of Object.keys(this.#fields)) {
      if (this.#known.has(name) || this.#fields[name] === undefined) continue;
      const meant = [...this.#known].find((known) => !this.has(known) && isSlipOf(name, known));
      if (meant !== undefined)
        this.issues.addUnknown(this.#path, name, `${meant}, if it is misspelt, or another name`, 'an unknown field');
    }
    return this;
  }

  /** @throws {InvalidOptionsError} if there is any issue. */
  throwIfInvalid(): void {
    if (this.issues.total > 0) throw new InvalidOptionsError(this.issues.listed, this.issues.total);
  }

  /** A field's name in issues. */
  pathOf(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #take(name: string): unknown {
    this.#known.add(name);
    return this.#fields[name];
  }
}

/** Reading the value may throw, if it is the host's proxy or getter. */
function isAccepted<T>(value: unknown, accepts: (value: unknown) => value is T): value is T {
  try {
    return accepts(value);
  } catch {
    return false;
  }
}

/** A copy of a list; empty if it is not one, or cannot be read. */
function listOf(value: unknown): unknown[] {
  try {
    return Array.isArray(value) ? [...value] : [];
  } catch {
    return [];
  }
}

/**
 * Whether a value is an object with fields. Not an array, a promise, a Map or the like: they have no fields, and would be read as if none
 * were given. Calls of `score` pass here, so the fastest check comes first: the constructor of a plain object.
 */
function isObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  return value.constructor === Object || builtInKind(value) === null;
}

function isWithin(value: number, { min, above, max, integer }: NumberRange): boolean {
  if (Number.isNaN(value)) return false;
  if (integer === true && !Number.isSafeInteger(value)) return false;
  if (min !== undefined && value < min) return false;
  if (above !== undefined && value <= above) return false;
  return max === undefined || value <= max;
}

function describeRange({ min, above, max, integer, unit }: NumberRange): string {
  const kind = integer === true ? 'an integer' : 'a number';
  const lower = above !== undefined ? ` above ${above}` : min !== undefined ? ` of at least ${min}` : '';
  const upper = max === undefined ? '' : `${lower === '' ? '' : ' and'} at most ${max}`;
  return `${kind}${unit === undefined ? '' : ` of ${unit}`}${lower}${upper}`;
}
