import { types } from 'node:util';
import { shownName } from '../errors/foreign-names.js';
import type { Issue } from '../errors.js';
import { builtInKind } from './object-kinds.js';

/** The most issues that an error lists. The rest are counted. */
const maxListed = 20;

/** The most unknown names that an error lists. If all names are wrong, more help is useless. */
const maxUnknown = 5;

/** Collects everything that is wrong with one object, so that a caller can correct it all at once. */
export class IssueList {
  readonly listed: Issue[] = [];
  #total = 0;
  #unknown = 0;
  /** Unknown names at the end of the list for which other issues were taken out. */
  #madeRoomFor = 0;

  get total(): number {
    return this.#total;
  }

  /** Whether no more issues are listed. Then further issues need no description. */
  get isFull(): boolean {
    return this.listed.length >= maxListed;
  }

  /** Whether one more unknown name is listed: what it may mean need not be looked for otherwise. */
  get listsUnknown(): boolean {
    return this.#unknown < maxUnknown;
  }

  /** Counts one more issue that is not listed. */
  count(): void {
    this.#total += 1;
  }

  add(path: string, expected: string, received: string): void {
    this.count();
    if (!this.isFull) this.listed.push({ path, expected, received });
  }

  /**
   * A field with a name that nobody knows. The name is the caller's: it is cut off and its control characters are escaped. Where the list is full,
   * another issue gives way: a misspelt name is the cause of a missing field, and must be seen beside any number of them.
   */
  addUnknown(path: string, name: string, expected: string, received: string): void {
    this.#unknown += 1;
    if (this.#unknown > maxUnknown) {
      this.count();
      return;
    }
    if (this.isFull) {
      this.listed.splice(maxListed - 1 - this.#madeRoomFor, 1);
      this.#madeRoomFor += 1;
    }
    this.add(path === '' ? shownName(name) : `${path}.${shownName(name)}`, expected, received);
  }
}

/** The kind of a value, never the value itself, for messages about data that must not be logged. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return kindOfNumber(value);
  if (typeof value === 'string') return kindOfString(value);
  if (typeof value === 'function') return kindOfFunction(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  // A revoked proxy throws on every access, also in Array.isArray.
  try {
    return builtInKind(value) ?? 'an object';
  } catch {
    return 'an object that cannot be read';
  }
}

/** The kind of a value that should be a number and, if it is short, how to convert it. */
export function describeNonNumber(value: unknown): string {
  const kind = describeKind(value);
  if (typeof value === 'bigint') return `${kind} (convert it with Number)`;
  if (typeof value === 'string' && holdsNumber(value)) return 'a string that holds a number (convert it with Number)';
  return kind;
}

/** The kind of a value that should be a non-empty string. */
export function describeNonText(value: unknown): string {
  const kind = describeKind(value);
  return typeof value === 'number' || typeof value === 'bigint' ? `${kind} (convert it with String)` : kind;
}

function kindOfNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'an infinite number';
  return Number.isFinite(Math.fround(value)) ? 'a number' : 'a number beyond the range of float32';
}

function kindOfFunction(value: object): string {
  return isAsynchronous(value) ? 'an async function' : 'a function';
}

/** Whether a function is known to be asynchronous. This does not recognise an async function that was compiled for an old target. */
export function isAsynchronous(value: object): boolean {
  try {
    // A bound function has the class of its target.
    const name: unknown = Reflect.get(value, 'constructor')?.name;
    return types.isAsyncFunction(value) || name === 'AsyncFunction' || name === 'AsyncGeneratorFunction';
  } catch {
    return false;
  }
}

function kindOfString(value: string): string {
  if (value === '') return 'an empty string';
  return /^\s*[[{]/.test(value) ? 'a string of JSON (parse it first)' : 'a string';
}

/** A long string is not examined, because no number is that long. */
function holdsNumber(value: string): boolean {
  return value.length <= 40 && value.trim() !== '' && Number.isFinite(Number(value));
}

/** A value as people wrote it, for messages about options and manifests, which hold no customer data. */
export function describeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return describeKind(value);
}
