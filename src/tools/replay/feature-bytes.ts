import type { RecordedValue } from '../../api/records.js';
import type { InputLayout, RowLayout } from '../../protocol/row-layout.js';
import { byteOf, numberOfJson, writeRaw } from '../../records/format/feature-values.js';
import type { RowFeatures } from './batch.js';

/** The texts of an input's features, which its values are places in. */
export type InputTexts = readonly (readonly string[])[] | undefined;

/**
 * Writes a row's features as they lie in the model's memory.
 *
 * @param row the row's bytes, all 0. @param texts by input.
 * @returns false where they are not those of such a row.
 */
export function writeFeatures(
  row: Buffer,
  features: RowFeatures,
  layout: RowLayout,
  texts: readonly InputTexts[],
): boolean {
  if (Buffer.isBuffer(features)) {
    if (features.length !== row.length) return false;
    features.copy(row);
    return true;
  }
  for (const [index, input] of layout.inputs.entries()) {
    const values = Object.hasOwn(features, input.name) ? features[input.name] : undefined;
    if (values === undefined || values.length !== input.size) return false;
    for (const [column, value] of values.entries()) {
      if (!writeValue(row, input, column, value, texts[index]?.[column])) return false;
    }
  }
  return Object.keys(features).length === layout.inputs.length;
}

/** @returns false where it is no value of this type. */
function writeValue(
  row: Buffer,
  input: InputLayout,
  column: number,
  value: RecordedValue,
  texts: readonly string[] | undefined,
): boolean {
  const raw = rawOf(input, value, texts);
  if (raw !== null) writeRaw(row, input, byteOf(input, column), raw);
  return raw !== null;
}

/** A value of a line of JSON as it lies in its row; null where it is none of the type. */
function rawOf(
  { type }: InputLayout,
  value: RecordedValue,
  texts: readonly string[] | undefined,
): number | bigint | null {
  if (type === 'string') {
    const place = typeof value === 'string' ? (texts?.indexOf(value) ?? -1) : -1;
    return place >= 0 ? place : null;
  }
  if (type === 'int64') {
    const isWhole = typeof value === 'string' && /^-?\d{1,19}$/.test(value);
    return isWhole ? BigInt.asIntN(64, BigInt(value)) : null;
  }
  if (type === 'bool') return typeof value === 'boolean' ? Number(value) : null;
  const number = numberOfJson(value);
  return type === 'int32' && number !== null && (number | 0) !== number ? null : number;
}
