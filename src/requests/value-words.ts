import { valueExpected } from '../protocol/input-values.js';
import type { InputLayout } from '../protocol/row-layout.js';
import { describeKind } from '../validation/issues.js';
import { describeNonValue, expectedArray } from './feature-shape.js';
import type { FeatureSlot } from './feature-slots.js';

// Describes expected and received values, for messages.

export function expectedValue({ input, texts }: FeatureSlot): string {
  if (input.type === 'string') return 'one of the texts that model.json lists for it (categories)';
  const number = valueExpected(input.type);
  return texts === null ? number : `${number}, or one of the texts that model.json lists for it (categories)`;
}

/** For an input with one feature, which may be given as a bare value. */
export function expectedSingle(slot: FeatureSlot): string {
  return slot.input.type === 'string' ? 'a text' : expectedValue(slot);
}

/** What to do about a missing value that is refused. */
export const missingHint = ' ("missing" in model.json says what stands for a missing one)';

export function expectedValues({ type, size }: InputLayout, rows = 1): string {
  const count = rows * size;
  if (type === 'float32') return expectedArray(count);
  const one = type === 'string' ? 'text' : 'value';
  return `an array of ${count} ${one}${count === 1 ? '' : 's'}${type === 'string' ? '' : ` of type ${type}`}`;
}

/** Describes the kind of the value, never the value itself. */
export function describeValueFor({ input, texts }: FeatureSlot, value: unknown): string {
  if (typeof value === 'string' && texts !== null) return 'a text that is not among them';
  if (input.type === 'string') {
    const kind = describeKind(value);
    return typeof value === 'number' && !Number.isNaN(value) ? `${kind} (convert it with String)` : kind;
  }
  if (typeof value === 'bigint' && input.type === 'int64') return 'a bigint beyond the range of int64';
  if (typeof value === 'number' && Number.isFinite(value)) return describeNumber(value, input.type);
  return describeNonValue(value);
}

function describeNumber(value: number, type: InputLayout['type']): string {
  if (type === 'float32') return describeNonValue(value);
  if (type === 'int64' || type === 'int32') {
    if (!Number.isInteger(value)) return 'a number with a fraction';
    return type === 'int64' ? 'a number beyond 2^53 − 1 (pass a bigint)' : 'a number beyond the range of int32';
  }
  return type === 'bool' ? 'another number' : `a number beyond the range of ${type}`;
}
