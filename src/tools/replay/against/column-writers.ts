import type { Buffer } from 'node:buffer';
import { isValueOf } from '../../../protocol/input-values.js';
import type { InputLayout } from '../../../protocol/row-layout.js';
import { byteOf } from '../../../records/format/feature-values.js';
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
  switch (layout.type) {
    case 'float64':
      return (row) => row.readDoubleLE(at);
    case 'int64':
      return (row) => row.readBigInt64LE(at);
    case 'int32':
    case 'string':
      return (row) => row.readInt32LE(at);
    case 'bool':
      return (row) => row.readUInt8(at);
    default:
      return (row) => row.readFloatLE(at);
  }
}

function writer({
  layout,
  column,
}: {
  layout: InputLayout;
  column: number;
}): (row: Buffer, value: number | bigint) => boolean {
  const at = byteOf(layout, column);
  switch (layout.type) {
    case 'float64':
      return (row, value) => row.writeDoubleLE(Number(value), at) > 0;
    case 'int64':
      return (row, value) => {
        if (typeof value === 'number' && !Number.isSafeInteger(value)) return false;
        return row.writeBigInt64LE(BigInt(value), at) > 0;
      };
    case 'int32':
    case 'string':
      return (row, value) => isValueOf(Number(value), 'int32') && row.writeInt32LE(Number(value), at) > 0;
    case 'bool':
      return (row, value) => isValueOf(Number(value), 'bool') && row.writeUInt8(Number(value), at) > 0;
    default:
      return (row, value) => {
        const number = Number(value);
        // A missing value is NaN; what is too large for the type is none of its values.
        if (!Number.isNaN(number) && !isValueOf(number, layout.type)) return false;
        return row.writeFloatLE(number, at) > 0;
      };
  }
}
