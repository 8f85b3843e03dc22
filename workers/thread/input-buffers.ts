import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { InputSpec, ModelSpec } from '../../src/protocol/serving.js';
import { runtime } from '../providers/runtime.js';

/** Values of one input in the form of its tensor: [rows, size]. float16 values are bits. */
export type InputBuffer =
  | Float32Array
  | Float64Array
  | BigInt64Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | string[];

/** The inputs' normalised values, one buffer per input. The runtime reads them later in the turn, so no two runs may share a set. */
export type InputBuffers = InputBuffer[];

/** A buffer for some rows. Texts start as the first text of each feature, numbers as 0. */
export function newInputBuffer({ size, type = 'float32', texts }: InputSpec, rows: number): InputBuffer {
  const length = rows * size;
  switch (type) {
    case 'float32':
      return new Float32Array(length);
    case 'float16':
      return new Uint16Array(length);
    case 'float64':
      return new Float64Array(length);
    case 'int64':
      return new BigInt64Array(length);
    case 'int32':
      return new Int32Array(length);
    case 'bool':
      return new Uint8Array(length);
    case 'string':
      return Array.from({ length }, (_, index) => texts?.[index % size]?.[0] ?? '');
  }
}

/** A buffer for each input. */
export function newBuffers({ inputs }: ModelSpec, rows: number): InputBuffers {
  return inputs.map((input) => newInputBuffer(input, rows));
}

/** Some values of a buffer: a view of numbers, a copy of texts. */
export function valuesOf(buffer: InputBuffer, first: number, end: number): InputBuffer {
  return Array.isArray(buffer) ? buffer.slice(first, end) : buffer.subarray(first, end);
}

/** Copies values to a position in a buffer of the same kind. */
export function putValues(buffer: InputBuffer, values: InputBuffer, at: number): void {
  if (buffer instanceof BigInt64Array) {
    if (values instanceof BigInt64Array) buffer.set(values, at);
  } else if (Array.isArray(buffer)) {
    for (const [index, value] of values.entries()) buffer[at + index] = String(value);
  } else if (!Array.isArray(values) && !(values instanceof BigInt64Array)) {
    buffer.set(values, at);
  }
}

/** The axes of each input after the axis of rows. */
export type RowShapes = readonly (readonly number[])[];

/**
 * The axes of each input after the axis of rows: from the manifest; else from the graph, if its axes are fixed and hold as many values as a
 * row; else a single axis.
 */
export function rowShapes(session: InferenceSession, inputs: readonly InputSpec[]): RowShapes {
  return inputs.map(({ name, size, shape }) => {
    if (shape !== undefined) return shape;
    const value = session.inputMetadata.find((metadata) => metadata.name === name);
    const axes = value?.isTensor ? value.shape.slice(1) : null;
    const isFixed = axes?.every((axis) => typeof axis === 'number') ?? false;
    if (value?.isTensor && value.shape.length > 0 && isFixed && axes !== null) {
      const fixed = axes.map(Number);
      if (fixed.reduce((product, axis) => product * axis, 1) === size) return fixed;
    }
    return [size];
  });
}

/** The tensors of a run: the first rows of the buffers. */
export function feedsOf(
  { inputs }: ModelSpec,
  shapes: RowShapes,
  buffers: InputBuffers,
  rows: number,
): Record<string, Tensor> {
  const { Tensor: Values } = runtime();
  const feeds: Record<string, Tensor> = {};
  for (const [index, input] of inputs.entries()) {
    const { name, size, type = 'float32' } = input;
    const buffer = buffers[index];
    if (buffer === undefined) throw new Error(`no buffer for input ${index}`);
    const dims = [rows, ...(shapes[index] ?? [size])];
    const values = valuesOf(buffer, 0, rows * size);
    feeds[name] = new Values(type as 'float32', values as Float32Array, dims);
  }
  return feeds;
}
