import type { RecordedValue } from '../../api/records.js';
import type { InputLayout, RowLayout } from '../../protocol/row-layout.js';
import { byteOf, numberOfJson } from '../../records/format/feature-values.js';
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
export function writeValue(
  row: Buffer,
  input: InputLayout,
  column: number,
  value: RecordedValue,
  texts: readonly string[] | undefined,
): boolean {
  const at = byteOf(input, column);
  if (input.type === 'string') {
    const place = typeof value === 'string' ? (texts?.indexOf(value) ?? -1) : -1;
    if (place >= 0) row.writeInt32LE(place, at);
    return place >= 0;
  }
  if (input.type === 'int64') {
    const isWhole = typeof value === 'string' && /^-?\d{1,19}$/.test(value);
    if (isWhole) row.writeBigInt64LE(BigInt.asIntN(64, BigInt(value)), at);
    return isWhole;
  }
  if (input.type === 'bool') {
    if (typeof value === 'boolean') row.writeUInt8(value ? 1 : 0, at);
    return typeof value === 'boolean';
  }
  const number = numberOfJson(value);
  if (number === null) return false;
  if (input.type === 'int32') {
    const isWhole = (number | 0) === number;
    if (isWhole) row.writeInt32LE(number, at);
    return isWhole;
  }
  if (input.type === 'float64') row.writeDoubleLE(number, at);
  else row.writeFloatLE(number, at);
  return true;
}
