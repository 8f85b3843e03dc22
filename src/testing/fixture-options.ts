import type { TestModel } from './test-model.js';

/** When a fixture is from that does not say: 2026-01-01T00:00:00Z. */
export const fixtureTime = Date.UTC(2026, 0, 1);

/** What all fixtures take beside their fields. */
export interface FixtureOptions {
  /** Whose names, inputs and thresholds they have. @default the demonstration model's */
  model?: TestModel | undefined;
}

/** Some of the fields of a value, at any depth. Lists are given as a whole. */
export type PartialDeep<T> = T extends readonly unknown[] | null
  ? T
  : T extends object
    ? { readonly [Field in keyof T]?: PartialDeep<T[Field]> | undefined }
    : T;

/** Puts fields over those of a value, at any depth. */
export function withFields<T>(value: T, fields: PartialDeep<T>): T {
  return merge(value, fields) as T;
}

function merge(value: unknown, fields: unknown): unknown {
  if (fields === undefined) return value;
  if (!isRecord(value) || !isRecord(fields)) return fields;
  const merged = { ...value };
  for (const name of Object.keys(fields)) merged[name] = merge(value[name], fields[name]);
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
