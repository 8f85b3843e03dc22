import { FieldReader } from '../field-reader.js';
import { describeKind, describeValue, type IssueList } from '../issues.js';
import type { RowLayout } from '../request/feature-row.js';
import { isAbortSignal } from '../request/score-options.js';
import type { ColumnsOptions } from '../types.js';
import type { Column } from './column-values.js';

/** The most rows of one call: their results are three arrays in one piece each. */
const maxRows = 1_000_000_000;

/**
 * Checks the shape of what was given; the values are looked at later.
 *
 * @param issues gets everything that is wrong.
 * @returns the columns, complete and in the model's order where nothing is wrong.
 */
export function readColumns(columns: unknown, rows: unknown, layout: RowLayout, issues: IssueList): Column[] {
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 0 || rows > maxRows) {
    issues.add('rows', `an integer from 0 to ${maxRows}`, describeValue(rows));
    return [];
  }
  if (typeof columns !== 'object' || columns === null) {
    issues.add('features', 'an object with an array for each input', describeKind(columns));
    return [];
  }
  try {
    refuseUnknown(columns, layout, issues);
    return layout.inputs.flatMap(({ name, size, offset }) => {
      const values: unknown = Object.hasOwn(columns, name) ? Reflect.get(columns, name) : undefined;
      if (isList(values) && values.length === rows * size) return [{ name, size, offset, values }];
      const received = isList(values) ? `one of ${values.length}` : describeKind(values);
      issues.add(`features.${name}`, `an array of ${rows * size} finite numbers (${rows} rows of ${size})`, received);
      return [];
    });
  } catch {
    // A getter or a proxy of the host's threw. Its error may quote what it guards, so it is not passed on.
    issues.add('features', 'an object that can be read', 'one that throws when it is read');
    return [];
  }
}

/** What one call asked for. */
export interface ColumnsCall {
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** @throws {InvalidOptionsError} where an option is unknown or not as documented. */
export function readColumnsOptions(options: ColumnsOptions | undefined): ColumnsCall {
  const reader = new FieldReader(options);
  const range = { above: 0, unit: 'milliseconds' };
  const timeoutMs = reader.number('timeoutMs', Number.POSITIVE_INFINITY, range);
  const signal = reader.value('signal', 'an AbortSignal', isAbortSignal);
  reader.rejectUnknown().throwIfInvalid();
  return { timeoutMs, signal };
}

function isList(values: unknown): values is ArrayLike<unknown> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
}

function refuseUnknown(columns: object, layout: RowLayout, issues: IssueList): void {
  for (const name of Object.keys(columns)) {
    if (layout.inputs.some((input) => input.name === name)) continue;
    const known = layout.inputs.map((input) => input.name).join(', ');
    issues.add(`features.${name.slice(0, 60)}`, `only the inputs ${known}`, 'an unknown input');
  }
}
