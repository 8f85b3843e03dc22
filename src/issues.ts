import type { Issue } from './errors.js';

/** How many issues an error lists; the rest are counted. */
const maxListed = 20;

/** Collects everything wrong with one thing, so that a caller mends it in one go. */
export class IssueList {
  readonly listed: Issue[] = [];
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** Whether no more are listed: what is found from here on need not be put into words. */
  get isFull(): boolean {
    return this.listed.length >= maxListed;
  }

  /** One more that is not listed. */
  count(): void {
    this.#total += 1;
  }

  add(path: string, expected: string, received: string): void {
    this.count();
    if (!this.isFull) this.listed.push({ path, expected, received });
  }
}

/** The kind of a value, never the value itself: for messages about data that must not be logged. */
export function describeKind(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return 'an infinite number';
    return Number.isFinite(Math.fround(value)) ? 'a number' : 'a number beyond the range of float32';
  }
  if (typeof value === 'object') {
    // A revoked proxy throws at any touch, Array.isArray included.
    try {
      if (Array.isArray(value)) return `an array of ${value.length}`;
      if (ArrayBuffer.isView(value)) return `a typed array of ${value.byteLength} bytes`;
    } catch {
      return 'an object that cannot be read';
    }
    return 'an object';
  }
  return `a ${typeof value}`;
}

/** A value as people wrote it, for messages about options and manifests, which hold no customer data. */
export function describeValue(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  return describeKind(value);
}
