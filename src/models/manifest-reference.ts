import type { BinnedShares, DriftReference, NumberBins, TextBins } from '../monitoring/drift/reference.js';
import { FieldReader } from '../validation/field-reader.js';
import type { ManifestInput } from './manifest-inputs.js';

const expectedReference = 'an object that `npx fraud-scorer reference DIR --input FILE` writes, or no such field';

/** How far shares may sum to something else than 1: they are written with few digits. */
const tolerance = 1e-3;

/** The most bins of a feature, or of the score. */
export const mostBins = 1_000;

/** Reads `reference`, against which drift is measured; undefined where there is none (an empty one counts as none), or where it is wrong. */
export function readReference(reader: FieldReader, inputs: readonly ManifestInput[]): DriftReference | undefined {
  const fields = reader.nested('reference', expectedReference);
  const { issues } = reader;
  if (!fields.isUnreadable && fields.names.length === 0) return undefined;
  const before = issues.total;
  const rows = fields.required('rows', 'an integer of at least 1, the rows that it was made of', isRows) ?? 1;
  const score = readNumbers(requiredFields(fields, 'score'));
  const byInput = requiredFields(fields, 'inputs');
  const read: [string, (BinnedShares | null)[]][] = [];
  for (const input of inputs) {
    const lists = byInput.value(
      input.name,
      `a list of ${input.size} bins or nulls, one for each feature (where the features have changed, remove reference and make it anew)`,
      isListOf(input.size),
    );
    if (lists !== undefined)
      read.push([input.name, lists.map((item, column) => readFeature(byInput, input, item, column))]);
  }
  if (!byInput.isUnreadable) byInput.rejectUnknown();
  fields.rejectMisspelt();
  // A name is the author's choice, as `constructor` may be.
  return issues.total > before ? undefined : { rows, score, inputs: Object.fromEntries(read) };
}

function requiredFields(fields: FieldReader, name: string): FieldReader {
  fields.required(name, 'an object', isObject);
  return fields.has(name) ? fields.nested(name) : new FieldReader({});
}

function readFeature(inputs: FieldReader, input: ManifestInput, item: unknown, column: number): BinnedShares | null {
  if (item === null) return null;
  const path = `reference.inputs.${input.name}[${column}]`;
  const fields = new FieldReader(item, path, inputs.issues, 'an object with bins, or null');
  return input.type === 'string' ? readTexts(fields) : readNumbers(fields);
}

function readNumbers(fields: FieldReader): NumberBins {
  const edges = fields.required('edges', `a list of 1 to ${mostBins} finite numbers, ascending`, isAscending) ?? [];
  const shares = fields.required('shares', 'a list of shares, one more than edges', isShares) ?? [];
  const missing = fields.number('missing', 0, { min: 0, max: 1 });
  fields.rejectUnknown();
  if (edges.length > 0 && shares.length > 0 && shares.length !== edges.length + 1) {
    fields.reject('shares', `a list of ${edges.length + 1} shares, one more than edges`, shares);
  } else requireWhole(fields, shares, missing, 'missing');
  return missing === 0 ? { edges, shares } : { edges, shares, missing };
}

function readTexts(fields: FieldReader): TextBins {
  const values = fields.required('values', `a list of at most ${mostBins} texts, each of them once`, isTexts) ?? [];
  const shares = fields.required('shares', 'a list of shares, as many as values', isShares) ?? [];
  const other = fields.number('other', 0, { min: 0, max: 1 });
  fields.rejectUnknown();
  if (fields.has('values') && values.length !== shares.length) {
    fields.reject('shares', `a list of ${values.length} shares, as many as values`, shares);
  } else requireWhole(fields, shares, other, 'other');
  return other === 0 ? { values, shares } : { values, shares, other };
}

function requireWhole(fields: FieldReader, shares: readonly number[], rest: number, restName: string): void {
  if (!fields.has('shares') || shares.length === 0) return;
  const sum = shares.reduce((total, share) => total + share, rest);
  if (Math.abs(sum - 1) > tolerance) fields.reject('shares', `shares that sum to 1 with ${restName}`, sum);
}

function isRows(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(size: number): (value: unknown) => value is unknown[] {
  return (value): value is unknown[] => Array.isArray(value) && value.length === size;
}

function isAscending(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= mostBins &&
    value.every((edge, index) => Number.isFinite(edge) && (index === 0 || edge > value[index - 1]))
  );
}

function isShares(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((share) => typeof share === 'number' && share >= 0 && share <= 1);
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= mostBins &&
    value.every((text) => typeof text === 'string') &&
    new Set(value).size === value.length
  );
}
