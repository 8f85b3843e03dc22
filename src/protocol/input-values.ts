import type { InputType } from './row-layout.js';

export const inputTypes: readonly InputType[] = ['float32', 'float16', 'float64', 'int64', 'int32', 'bool', 'string'];

export function isFloatType(type: InputType): boolean {
  return type === 'float32' || type === 'float16' || type === 'float64';
}

/** The largest finite numbers of float32 and float16. */
const largestFloat = 3.4028234663852886e38;
const largestHalf = 65_504;

/**
 * The finite number nearest to a value that this input type can hold. For float64 this is also a float32 number, because models compute in
 * float32.
 */
export function boundedTo(type: InputType, value: number): number {
  const largest = type === 'float16' ? largestHalf : largestFloat;
  return Math.min(Math.max(value, -largest), largest);
}

/** From here on, a number rounds to infinity in float16. */
const float16Limit = 65_520;

/** Whether this input type can hold a number. The number must be finite after rounding to the type. */
export function isValueOf(value: number, type: InputType): boolean {
  switch (type) {
    case 'float32':
      return Number.isFinite(Math.fround(value));
    case 'float16':
      return Math.abs(value) < float16Limit;
    case 'float64':
      return Number.isFinite(value);
    case 'int64':
      return Number.isSafeInteger(value);
    case 'int32':
      return (value | 0) === value;
    case 'bool':
      return value === 0 || value === 1;
    case 'string':
      return false;
  }
}

/** Describes the values that this input type accepts, for messages. */
export function valueExpected(type: InputType): string {
  switch (type) {
    case 'float32':
    case 'float64':
      return 'a finite number';
    case 'float16':
      return 'a number in the range of float16 (below 65520)';
    case 'int64':
      return 'an integer (beyond 2^53 − 1 as a bigint)';
    case 'int32':
      return 'an integer from −2^31 to 2^31 − 1';
    case 'bool':
      return 'true, false, 1 or 0';
    case 'string':
      return 'a text';
  }
}
