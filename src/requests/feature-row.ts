import { isFloat32Array } from 'node:util/types';
import type { RowLayout } from './row-layout.js';

export type Indexable = ArrayLike<unknown>;

/**
 * Checks a request's features and copies them into a row in the same pass. What is checked is the copy:
 * a host that changes its arrays, or whose getters answer differently each time, can't slip anything past it.
 *
 * @param features the request's `features`, of any type.
 * @param row memory of the host's own, of at least `start + layout.size` values; holds rubbish afterwards where it was refused.
 * @returns whether all was as it should be; `listFeatureIssues` says what was not.
 */
export function writeFeatureRow(features: unknown, layout: RowLayout, row: Float32Array, start: number): boolean {
  try {
    return writeInputs(features, layout, row, start);
  } catch {
    // A getter or a proxy of the host's threw.
    return false;
  }
}

function writeInputs(features: unknown, layout: RowLayout, row: Float32Array, start: number): boolean {
  if (typeof features !== 'object' || features === null) return false;
  const inputs = features as Readonly<Record<string, unknown>>;
  for (const input of layout.inputs) {
    if (!Object.hasOwn(inputs, input.name)) return false;
    if (!writeInput(inputs[input.name], input.size, row, start + input.offset)) return false;
  }
  // A host gives the inputs in one order as a rule, and mostly in the manifest's.
  let place = 0;
  for (const name in inputs) {
    if (name !== layout.inputs[place]?.name && isUnknown(inputs, name, layout)) return false;
    place += 1;
  }
  return true;
}

/** Whether it is a name of its own, and none of the inputs'. */
export function isUnknown(inputs: object, name: string, layout: RowLayout): boolean {
  return Object.hasOwn(inputs, name) && !layout.inputs.some((input) => input.name === name);
}

function writeInput(values: unknown, size: number, row: Float32Array, start: number): boolean {
  // A loop for each kind of array keeps each of them fast. By what it is: anything can have the prototype of a Float32Array.
  if (isFloat32Array(values)) return values.length === size && copyFloat32(values, row, start, size);
  if (!Array.isArray(values) && !isNumericView(values)) return false;
  return values.length === size && copyNumbers(values, row, start, size);
}

/**
 * What is read of a true Float32Array is what is written, whatever was done to the object around it: a float32 value, or nothing beyond
 * its end. Only NaN and the infinities differ from themselves after subtraction, and any of them, or nothing, makes a sum NaN.
 */
function copyFloat32(values: Float32Array, row: Float32Array, start: number, size: number): boolean {
  // Two sums side by side, as each addition waits for the one before it.
  let even = 0;
  let odd = 0;
  let index = 0;
  for (; index + 1 < size; index += 2) {
    const first = values[index] as number;
    const second = values[index + 1] as number;
    row[start + index] = first;
    row[start + index + 1] = second;
    even += first - first;
    odd += second - second;
  }
  if (index < size) {
    const last = values[index] as number;
    row[start + index] = last;
    even += last - last;
  }
  return even + odd === 0;
}

function copyNumbers(values: Indexable, row: Float32Array, start: number, size: number): boolean {
  for (let index = 0; index < size; index += 1) {
    const value = values[index];
    if (typeof value !== 'number') return false;
    const rounded = Math.fround(value);
    if (rounded - rounded !== 0) return false;
    row[start + index] = rounded;
  }
  return true;
}

export function isNumericView(values: unknown): values is Indexable & ArrayBufferView {
  return ArrayBuffer.isView(values) && !(values instanceof DataView);
}
