import { placeOf, type RowLayout, type RowViews, rowLayoutOf, rowViewsOf } from '../../src/protocol/row-layout.js';
import type { InputSpec } from '../../src/protocol/serving.js';
import { float16Bits } from '../thread/float16.js';
import { type InputBuffers, newInputBuffer } from '../thread/input-buffers.js';
import type { RunBuffers } from './run-buffers.js';

/** Copies the rows of one input into its buffer. @param from the index of the first value in the view of the input's type. */
type CopyRows = (views: RowViews, from: number, stride: number, rows: number, firstRow: number) => void;

/** The inputs of one run if not all of them are float32. */
export class TypedBuffers implements RunBuffers {
  readonly inputs: InputBuffers;
  readonly references: InputBuffers;
  readonly #layout: RowLayout;
  readonly #copies: readonly CopyRows[];
  #views: { buffer: ArrayBufferLike; views: RowViews } | null = null;

  /** @throws {RangeError} if there is not enough memory. */
  constructor(inputs: readonly InputSpec[], maxRows: number) {
    this.#layout = rowLayoutOf(inputs);
    this.inputs = inputs.map((input) => newInputBuffer(input, maxRows));
    this.#copies = inputs.map((input, index) => copierOf(input, this.inputs[index]));
    this.references = inputs.map(referencesOf);
  }

  gatherRows(features: Float32Array, start: number, rows: number, stride: number): void {
    this.#gather(features, start, rows, stride, 0);
  }

  gather(features: Float32Array, places: Int32Array): void {
    const { size } = this.#layout;
    for (const [row, place] of places.entries()) this.#gather(features, place * size, 1, size, row);
  }

  gatherColumns(features: Float32Array, start: number, rows: number): void {
    const views = this.#viewsOf(features);
    const first = features.byteOffset / Float32Array.BYTES_PER_ELEMENT + start;
    for (const [index, input] of this.#layout.inputs.entries()) {
      const from = placeOf(input, first + rows * input.offset);
      this.#copies[index]?.(views, from, input.size, rows, 0);
    }
  }

  #gather(features: Float32Array, start: number, rows: number, stride: number, firstRow: number): void {
    const views = this.#viewsOf(features);
    const first = features.byteOffset / Float32Array.BYTES_PER_ELEMENT + start;
    for (const [index, input] of this.#layout.inputs.entries()) {
      const from = placeOf(input, first + input.offset);
      this.#copies[index]?.(views, from, placeOf(input, stride), rows, firstRow);
    }
  }

  #viewsOf({ buffer }: Float32Array): RowViews {
    if (this.#views?.buffer !== buffer) this.#views = { buffer, views: rowViewsOf(buffer) };
    return this.#views.views;
  }
}

function copierOf(input: InputSpec, buffer: InputBuffers[number] | undefined): CopyRows {
  const { size, texts, type } = input;
  if (buffer === undefined) throw new Error('no buffer for an input');
  if (buffer instanceof BigInt64Array) {
    return copying(size, (views, from, to) => {
      buffer[to] = views.int64[from] as bigint;
    });
  }
  if (Array.isArray(buffer)) {
    return copying(size, (views, from, to, column) => {
      buffer[to] = texts?.[column]?.[views.int32[from] as number] ?? '';
    });
  }
  if (buffer instanceof Int32Array) {
    return copying(size, (views, from, to) => {
      buffer[to] = views.int32[from] as number;
    });
  }
  if (buffer instanceof Uint8Array) {
    return copying(size, (views, from, to) => {
      buffer[to] = views.uint8[from] as number;
    });
  }
  const means = Float64Array.from({ length: size }, (_, column) => input.mean?.[column] ?? 0);
  const scales = Float64Array.from({ length: size }, (_, column) =>
    input.std === undefined ? 1 : 1 / ((input.std[column] ?? 0) + 1e-8),
  );
  const isScaled = input.mean !== undefined && input.std !== undefined;
  const normalised = (raw: number, column: number): number =>
    isScaled ? (raw - (means[column] as number)) * (scales[column] as number) : raw;
  if (type === 'float64') {
    return copying(size, (views, from, to, column) => {
      buffer[to] = normalised(views.float64[from] as number, column);
    });
  }
  const store = buffer instanceof Uint16Array ? float16Bits : (value: number): number => value;
  return copying(size, (views, from, to, column) => {
    buffer[to] = store(normalised(views.float32[from] as number, column));
  });
}

function copying(size: number, copy: (views: RowViews, from: number, to: number, column: number) => void): CopyRows {
  return (views, first, stride, rows, firstRow) => {
    let to = firstRow * size;
    for (let row = 0; row < rows; row += 1) {
      const from = first + row * stride;
      for (let column = 0; column < size; column += 1) copy(views, from + column, to++, column);
    }
  };
}

/** One row of reference values, in the form of the tensor. */
export function referencesOf(input: InputSpec): InputBuffers[number] {
  const { size, texts, reference } = input;
  const row = newInputBuffer(input, 1);
  for (let column = 0; column < size; column += 1) {
    const raw = reference?.[column] ?? 0;
    if (row instanceof BigInt64Array) row[column] = BigInt(raw);
    else if (Array.isArray(row)) row[column] = texts?.[column]?.[raw] ?? '';
    else row[column] = row instanceof Uint16Array ? float16Bits(raw) : raw;
  }
  return row;
}
