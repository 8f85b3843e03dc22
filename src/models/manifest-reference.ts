import type {
  BinnedShares,
  DriftReference,
  NumberBins,
  NumberPhase,
  TextBins,
  TextPhase,
} from '../monitoring/drift/reference.js';
import { FieldReader } from '../validation/field-reader.js';
import type { ManifestInput } from './manifest-inputs.js';

const expectedReference = 'an object that `npx fraud-scorer reference DIR --input FILE` writes, or no such field';

/** How much a sum of shares may differ from 1, because shares are written with few digits. */
const tolerance = 1e-3;

/** The most bins of a feature or of the score. */
export const mostBins = 1_000;

/** The most phases of a reference. */
const mostPhases = 100;

/** Reads `reference`, against which drift is measured; undefined if there is none (an empty one counts as none), or it is not valid. */
export function readReference(reader: FieldReader, inputs: readonly ManifestInput[]): DriftReference | undefined {
  const fields = reader.nested('reference', expectedReference);
  const { issues } = reader;
  if (!fields.isUnreadable && fields.names.length === 0) return undefined;
  const before = issues.total;
  const rows = fields.required('rows', 'an integer of at least 1, the rows that it was made of', isRows) ?? 1;
  const phases = fields.value(
    'phases',
    `a list of 2 to ${mostPhases} integers of at least 1, the rows of each phase`,
    arePhases,
  );
  const score = readNumbers(requiredFields(fields, 'score'), phases?.length);
  const byInput = requiredFields(fields, 'inputs');
  const read: [string, (BinnedShares | null)[]][] = [];
  for (const input of inputs) {
    const lists = byInput.value(
      input.name,
      `a list of ${input.size} bins or nulls, one for each feature (where the features have changed, remove reference and make it anew)`,
      isListOf(input.size),
    );
    if (lists !== undefined)
      read.push([input.name, lists.map((item, column) => readFeature(byInput, input, item, column, phases?.length))]);
  }
  if (!byInput.isUnreadable) byInput.rejectUnknown();
  fields.rejectMisspelt();
  // The author chooses the name, and it may be `constructor`.
  return issues.total > before
    ? undefined
    : { rows, ...(phases === undefined ? {} : { phases }), score, inputs: Object.fromEntries(read) };
}

function requiredFields(fields: FieldReader, name: string): FieldReader {
  fields.required(name, 'an object', isObject);
  return fields.has(name) ? fields.nested(name) : new FieldReader({});
}

function readFeature(
  inputs: FieldReader,
  input: ManifestInput,
  item: unknown,
  column: number,
  phases: number | undefined,
): BinnedShares | null {
  if (item === null) return null;
  const path = `reference.inputs.${input.name}[${column}]`;
  const fields = new FieldReader(item, path, inputs.issues, 'an object with bins, or null');
  return input.type === 'string' ? readTexts(fields, phases) : readNumbers(fields, phases);
}

/** @param phases the number of phases, if there are any. */
function readNumbers(fields: FieldReader, phases: number | undefined): NumberBins {
  const edges = fields.required('edges', `a list of 1 to ${mostBins} finite numbers, ascending`, isAscending) ?? [];
  const bins = edges.length + 1;
  const expected =
    edges.length === 0 ? 'a list of shares, one more than edges' : `a list of ${bins} shares, one more than edges`;
  const isComplete = (shares: readonly number[]): boolean => edges.length === 0 || shares.length === bins;
  const read = (reader: FieldReader): NumberPhase => readShares(reader, expected, isComplete, 'missing');
  const all = read(fields);
  const byPhase = readPhases(fields, phases, read);
  fields.rejectUnknown();
  return { edges, ...all, ...(byPhase === undefined ? {} : { phases: byPhase }) };
}

function readTexts(fields: FieldReader, phases: number | undefined): TextBins {
  const values = fields.required('values', `a list of at most ${mostBins} texts, each of them once`, isTexts);
  const expected =
    values === undefined
      ? 'a list of shares, as many as values'
      : `a list of ${values.length} shares, as many as values`;
  const isComplete = (shares: readonly number[]): boolean => values === undefined || shares.length === values.length;
  const read = (reader: FieldReader): TextPhase => readShares(reader, expected, isComplete, 'other');
  const all = read(fields);
  const byPhase = readPhases(fields, phases, read);
  fields.rejectUnknown();
  return { values: values ?? [], ...all, ...(byPhase === undefined ? {} : { phases: byPhase }) };
}

/** @param rest the name of the share of values that are in no bin. */
function readShares(
  fields: FieldReader,
  expected: string,
  isComplete: (shares: readonly number[]) => boolean,
  rest: 'missing' | 'other',
): NumberPhase & TextPhase {
  const shares = fields.required('shares', expected, isShares) ?? [];
  const others = fields.number(rest, 0, { min: 0, max: 1 });
  const usual = fields.number('usual', 0, { min: 0 });
  if (fields.has('shares') && !isComplete(shares)) fields.reject('shares', expected, shares);
  else requireWhole(fields, shares, others, rest);
  return { shares, ...(others === 0 ? {} : { [rest]: others }), ...(usual === 0 ? {} : { usual }) };
}

function readPhases<Phase>(
  fields: FieldReader,
  count: number | undefined,
  read: (phase: FieldReader) => Phase,
): Phase[] | undefined {
  if (count === undefined) return undefined;
  const items = fields.required(
    'phases',
    `a list of ${count} objects with shares, one for each of reference.phases`,
    isListOf(count),
  );
  return items?.map((item, index) => {
    const phase = new FieldReader(item, fields.pathOf(`phases[${index}]`), fields.issues, 'an object with shares');
    const shares = read(phase);
    if (!phase.isUnreadable) phase.rejectUnknown();
    return shares;
  });
}

function requireWhole(fields: FieldReader, shares: readonly number[], rest: number, restName: string): void {
  if (!fields.has('shares') || shares.length === 0) return;
  const sum = shares.reduce((total, share) => total + share, rest);
  if (Math.abs(sum - 1) > tolerance) fields.reject('shares', `shares that sum to 1 with ${restName}`, sum);
}

function isRows(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function arePhases(value: unknown): value is number[] {
  return Array.isArray(value) && value.length >= 2 && value.length <= mostPhases && value.every(isRows);
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
