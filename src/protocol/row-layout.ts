// How a row of features is stored in the memory that host and workers share.

/** The types of a graph's inputs, by the runtime's names. */
export type InputType = 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';

/**
 * Bytes of a value in a row. A float16 value is stored as float32, because not every Node.js has a float16 array. A text is stored as its
 * index (int32) in the texts of its feature.
 */
const valueBytes: Readonly<Record<InputType, number>> = {
  float32: 4,
  float16: 4,
  float64: 8,
  int64: 8,
  int32: 4,
  bool: 1,
  string: 4,
};

const wordBytes = Float32Array.BYTES_PER_ELEMENT;

/** An input of the model, and where its values are in a row. */
export interface InputLayout {
  readonly name: string;
  readonly size: number;
  readonly type: InputType;
  /** The word index of its first value in the row. */
  readonly offset: number;
  /** Bytes of one value. */
  readonly valueBytes: number;
  /** The number of its first feature, counted over all inputs. */
  readonly firstFeature: number;
}

/** How a request's features are stored in a row: the inputs one after the other. Lengths are in words of 4 bytes. */
export interface RowLayout {
  readonly inputs: readonly InputLayout[];
  /**
   * Whether all values are float32. Then the inputs have no gaps between them. In any other row each input begins at a multiple of 8 bytes.
   */
  readonly isFloat32: boolean;
  /** Words in a row. */
  readonly size: number;
  /** Words from one row to the next. Rows begin at multiples of 8 bytes. */
  readonly stride: number;
  readonly features: number;
}

interface LaidOutInput {
  name: string;
  size: number;
  type?: InputType;
}

export function rowLayoutOf(inputs: readonly LaidOutInput[]): RowLayout {
  const isFloat32 = inputs.every(({ type = 'float32' }) => type === 'float32');
  let offset = 0;
  let firstFeature = 0;
  const laidOut = inputs.map(({ name, size, type = 'float32' }): InputLayout => {
    const input = { name, size, type, offset, valueBytes: valueBytes[type], firstFeature };
    const words = Math.ceil((size * valueBytes[type]) / wordBytes);
    offset += isFloat32 ? words : even(words);
    firstFeature += size;
    return input;
  });
  return { inputs: laidOut, isFloat32, size: offset, stride: even(offset), features: firstFeature };
}

function even(words: number): number {
  return words + (words % 2);
}

/** Views of the same memory, one for each type of value. */
export interface RowViews {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int64: BigInt64Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
}

export function rowViewsOf(buffer: ArrayBufferLike): RowViews {
  // Rows that are only float32 may end between two multiples of 8 bytes.
  const doubles = Math.floor(buffer.byteLength / Float64Array.BYTES_PER_ELEMENT);
  return {
    float32: new Float32Array(buffer),
    float64: new Float64Array(buffer, 0, doubles),
    int64: new BigInt64Array(buffer, 0, doubles),
    int32: new Int32Array(buffer),
    uint8: new Uint8Array(buffer),
  };
}

/** The index of an input's first value in the view of its type. The argument is the word at which its values begin. */
export function placeOf({ valueBytes }: Pick<InputLayout, 'valueBytes'>, word: number): number {
  return (word * wordBytes) / valueBytes;
}
