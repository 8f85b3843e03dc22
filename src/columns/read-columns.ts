import { isBigInt64Array } from 'node:util/types';
import type { ColumnsOptions } from '../api/request.js';
import { describeLength, describeNonArray, isFeatureObject, isNumberArray } from '../requests/feature-shape.js';
import type { FeatureSlot, InputSlots } from '../requests/feature-slots.js';
import { inheritedReceived, isInherited } from '../requests/object-fields.js';
import type { RowLayout } from '../requests/row-layout.js';
import { isAbortSignal } from '../requests/score-options.js';
import { expectedValues } from '../requests/value-words.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeNonNumber, type IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import type { Column } from './column-values.js';

/** The most rows in one call. The results are three arrays, each in one piece. */
const maxRows = 1_000_000_000;

/** The parts of a version that are needed to read columns. */
export interface ColumnReader {
  readonly slots: readonly FeatureSlot[];
  /** Adds the names that no version knows, if unknown names are refused. */
  listUnknown(columns: object, issues: IssueList): void;
}

/**
 * Checks the shape of the columns. The values are checked later.
 *
 * @param issues receives every problem.
 * @returns the columns in the model's order. They are complete if there are no issues.
 */
export function readColumns(
  columns: unknown,
  rows: unknown,
  layout: RowLayout,
  reader: ColumnReader,
  issues: IssueList,
): Column[] {
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 0 || rows > maxRows) {
    const received = typeof rows === 'number' ? String(rows) : describeNonNumber(rows);
    issues.add('rows', `an integer from 0 to ${maxRows}`, received);
    return [];
  }
  try {
    if (!isFeatureObject(columns, layout, issues, ' (scoreMany takes requests)')) return [];
    reader.listUnknown(columns, issues);
    return layout.inputs.flatMap((input) => {
      const slots = reader.slots.slice(input.firstFeature, input.firstFeature + input.size);
      return readColumn(columns, rows, { input, slots }, issues) ?? [];
    });
  } catch {
    // The host's getter or proxy threw. Its error may quote data, so it is not passed on.
    issues.add('features', 'an object that can be read', 'one that throws when it is read');
    return [];
  }
}

/** null if the column is not valid. */
function readColumn(
  columns: Readonly<Record<string, unknown>>,
  rows: number,
  { input, slots }: InputSlots,
  issues: IssueList,
): Column | null {
  const { name, size } = input;
  const expected = `${expectedValues(input, rows)} (${rows} ${rows === 1 ? 'row' : 'rows'} of ${size})`;
  try {
    if (isInherited(columns, name)) {
      issues.add(`features.${name}`, expected, inheritedReceived);
      return null;
    }
    const values: unknown = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if ((values === undefined || values === null) && slots.every(({ missing }) => missing !== undefined)) {
      return { input, slots, values: null };
    }
    const isArray = isNumberArray(values) || (input.type === 'int64' && isBigInt64Array(values));
    if (!isArray) issues.add(`features.${name}`, expected, describeNonArray(values));
    else if (values.length === rows * size) return { input, slots, values };
    else issues.add(`features.${name}`, expected, describeLength(values, rows * size, size));
  } catch {
    issues.add(`features.${name}`, expected, 'one that throws when it is read');
  }
  return null;
}

/** The options of one call. */
export interface ColumnsCall {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** undefined means the primary. */
  version: string | undefined;
}

/** @throws {InvalidOptionsError} if an option is unknown or not valid. */
export function readColumnsOptions(options: ColumnsOptions | undefined): ColumnsCall {
  const reader = new FieldReader(options);
  const range = { above: 0, unit: 'milliseconds' };
  const timeoutMs = reader.number('timeoutMs', Number.POSITIVE_INFINITY, range);
  const signal = reader.value('signal', 'an AbortSignal', isAbortSignal);
  const version = reader.value('version', 'a version, as a non-empty text', isText);
  reader.rejectUnknown().throwIfInvalid();
  return { timeoutMs, signal, version };
}
