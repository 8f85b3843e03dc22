import type { RecordedValue } from '../../api/records.js';
import { type InputLayout, type RowLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import type { ContextInput } from './contexts.js';

const wordBytes = 4;

/** Reads rows of features as they lie in the model's memory: exact values, as JSON can have them. */
export class FeatureValues {
  readonly layout: RowLayout;
  readonly #inputs: readonly ContextInput[];

  constructor(inputs: readonly ContextInput[]) {
    this.#inputs = inputs;
    this.layout = rowLayoutOf(inputs);
  }

  /** @param row the row's bytes. @returns by input, in the order of its columns. */
  read(row: Buffer): Record<string, RecordedValue[]> {
    const values: Record<string, RecordedValue[]> = {};
    for (const [index, { name }] of this.layout.inputs.entries()) {
      // Not by assignment: an input may be called `__proto__`.
      Object.defineProperty(values, name, {
        value: this.readInput(row, index),
        ...{ enumerable: true, configurable: true, writable: true },
      });
    }
    return values;
  }

  /** The values of one input. @param row begins with the row's bytes. */
  readInput(row: Buffer, index: number): RecordedValue[] {
    const input = this.layout.inputs[index];
    const texts = this.#inputs[index]?.texts;
    if (input === undefined) return [];
    return Array.from({ length: input.size }, (_, column) => readValue(row, input, column, texts?.[column]));
  }
}

/** Where a value lies in its row, in bytes. */
export function byteOf(input: InputLayout, column: number): number {
  return input.offset * wordBytes + column * input.valueBytes;
}

/** A value as it lies in its row: of a text its place among the texts, of a truth value 1 or 0. */
export function readRaw(row: Buffer, { type }: InputLayout, at: number): number | bigint {
  switch (type) {
    case 'float64':
      return row.readDoubleLE(at);
    case 'int64':
      return row.readBigInt64LE(at);
    case 'int32':
    case 'string':
      return row.readInt32LE(at);
    case 'bool':
      return row.readUInt8(at);
    default:
      return row.readFloatLE(at);
  }
}

/** Writes such a value. @throws {RangeError} where it is none of the type. */
export function writeRaw(row: Buffer, { type }: InputLayout, at: number, value: number | bigint): void {
  switch (type) {
    case 'float64':
      row.writeDoubleLE(Number(value), at);
      break;
    case 'int64':
      row.writeBigInt64LE(BigInt(value), at);
      break;
    case 'int32':
    case 'string':
      row.writeInt32LE(Number(value), at);
      break;
    case 'bool':
      row.writeUInt8(Number(value), at);
      break;
    default:
      row.writeFloatLE(Number(value), at);
  }
}

function readValue(
  row: Buffer,
  input: InputLayout,
  column: number,
  texts: readonly string[] | undefined,
): RecordedValue {
  const value = readRaw(row, input, byteOf(input, column));
  if (typeof value === 'bigint') return value.toString();
  if (input.type === 'string') return texts?.[value] ?? null;
  if (input.type === 'bool') return value !== 0;
  return jsonNumber(value);
}

/** A number as JSON can have it. */
export function jsonNumber(value: number): number | string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** The number that `jsonNumber` wrote. @returns null where it is none. */
export function numberOfJson(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (value === '-0') return -0;
  if (value === 'NaN') return Number.NaN;
  if (value === 'Infinity') return Number.POSITIVE_INFINITY;
  return value === '-Infinity' ? Number.NEGATIVE_INFINITY : null;
}
