import { createHash } from 'node:crypto';
import { type RowLayout, rowLayoutOf } from '../../../requests/row-layout.js';

/** An input of float32 values. */
export interface PackedInput {
  readonly name: string;
  readonly size: number;
}

/** The inputs that all live versions of a node share, if all are float32. Then a row of features is sent as its values alone. */
export interface PackedLayout {
  /** Tells whether client and node mean the same inputs. Above 0. */
  readonly hash: number;
  readonly inputs: readonly PackedInput[];
  readonly row: RowLayout;
}

/** The most values that a row may have. */
const mostValues = 65_535;

/** @returns null if there is no input, or a row would be too long. */
export function packedLayoutOf(inputs: readonly PackedInput[]): PackedLayout | null {
  const row = rowLayoutOf(inputs.map(({ name, size }) => ({ name, size })));
  if (row.features === 0 || row.features > mostValues) return null;
  const text = JSON.stringify(inputs.map(({ name, size }) => [name, size]));
  const hash = createHash('sha256').update(text).digest().readUInt32LE(0);
  return { hash: hash === 0 ? 1 : hash, inputs, row };
}

/** The description of a layout, as text for other nodes and clients. The empty text means: rows cannot be packed. */
export function layoutText(layout: PackedLayout | null): string {
  return layout === null ? '' : JSON.stringify(layout.inputs.map(({ name, size }) => ({ name, size })));
}

/** @returns null if it is not the description of a layout. */
export function layoutOfText(text: string): PackedLayout | null {
  if (text === '') return null;
  try {
    const inputs: unknown = JSON.parse(text);
    return Array.isArray(inputs) && inputs.every(isInput) ? packedLayoutOf(inputs) : null;
  } catch {
    return null;
  }
}

function isInput(value: unknown): value is PackedInput {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('size' in value)) return false;
  const { name, size } = value;
  return (
    typeof name === 'string' && typeof size === 'number' && Number.isInteger(size) && size > 0 && size <= mostValues
  );
}
