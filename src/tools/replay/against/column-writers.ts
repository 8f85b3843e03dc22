import type { Buffer } from 'node:buffer';
import { isValueOf } from '../../../protocol/input-values.js';
import type { InputLayout } from '../../../protocol/row-layout.js';
import { byteOf, readRaw, writeRaw } from '../../../records/format/feature-values.js';
import type { TargetColumn } from './feature-mapping.js';
import type { SourceColumn } from './feature-source.js';

/** Writes one value of a row. @returns false where it is none that the model takes. */
export type WriteColumn = (from: Buffer, to: Buffer) => boolean;

/** A value of the recorded row, as the other model takes it. */
export function convertedColumn(from: SourceColumn, to: TargetColumn): WriteColumn {
  const read = reader(from);
  const write = writer(to);
  const texts = from.texts ?? from.categories;
  const ofTarget = to.texts ?? to.categories;
  if (texts === undefined || ofTarget === undefined) return (source, target) => write(target, read(source));
  const { unknownCategory } = to.input;
  const unknown = typeof unknownCategory === 'string' ? ofTarget.indexOf(unknownCategory) : (unknownCategory ?? -1);
  const places = texts.map((text) => {
    const place = ofTarget.indexOf(text);
    return place >= 0 ? place : unknown;
  });
  return (source, target) => {
    const place = places[Number(read(source))];
    // −1 may be what the model takes for a text that it does not know.
    const isTaken = place !== undefined && (place >= 0 || unknownCategory !== undefined);
    return isTaken && write(target, place);
  };
}

/** The same value in each row. */
export function constantColumn(to: TargetColumn, value: number): WriteColumn {
  const write = writer(to);
  return (_, target) => write(target, value);
}

function reader({ layout, column }: SourceColumn): (row: Buffer) => number | bigint {
  const at = byteOf(layout, column);
  return (row) => readRaw(row, layout, at);
}

function writer({
  layout,
  column,
}: {
  layout: InputLayout;
  column: number;
}): (row: Buffer, value: number | bigint) => boolean {
  const at = byteOf(layout, column);
  return (row, value) => {
    if (!isTaken(layout.type, value)) return false;
    writeRaw(row, layout, at, value);
    return true;
  };
}

function isTaken(type: InputLayout['type'], value: number | bigint): boolean {
  if (type === 'float64') return true;
  if (type === 'int64') return typeof value === 'bigint' || Number.isSafeInteger(value);
  const number = Number(value);
  if (type === 'bool') return isValueOf(number, 'bool');
  if (type === 'int32' || type === 'string') return isValueOf(number, 'int32');
  // A missing value is NaN; what is too large for the type is none of its values.
  return Number.isNaN(number) || isValueOf(number, type);
}
