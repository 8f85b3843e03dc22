import { type InputLayout, placeOf, rowViewsOf } from '../../protocol/row-layout.js';

// How a value is stored in a row.
const kinds = { float32: 0, float64: 1, int64: 2, int32: 3, uint8: 4 } as const;

const kindOf: Readonly<Record<InputLayout['type'], number>> = {
  float32: kinds.float32,
  float16: kinds.float32,
  float64: kinds.float64,
  int64: kinds.int64,
  int32: kinds.int32,
  bool: kinds.uint8,
  string: kinds.int32,
};

const wordOfInt64 = 2 ** 32;

/** A feature and its position. */
export interface PlacedFeature {
  readonly input: InputLayout;
  readonly column: number;
}

/** Reads the raw values of some features from the memory of rows. Everything that can be computed before is stored in arrays once. */
export class RowValues {
  readonly #kinds: Uint8Array;
  /** The position of a feature in the first row, in values of its own size, and the number of such values per row. */
  readonly #places: Int32Array;
  readonly #steps: Int32Array;
  readonly #views: ReturnType<typeof rowViewsOf>;

  /** @param stride words per row. @param memory memory of rows, from its beginning. */
  constructor(features: readonly PlacedFeature[], stride: number, memory: ArrayBufferLike) {
    this.#kinds = Uint8Array.from(features, ({ input }) => kindOf[input.type]);
    this.#places = Int32Array.from(features, ({ input, column }) => placeOf(input, input.offset) + column);
    this.#steps = Int32Array.from(features, ({ input }) => placeOf(input, stride));
    this.#views = rowViewsOf(memory);
  }

  /**
   * @param feature its index among the given features. @returns the value as a number; for a text its index in the texts of the feature.
   */
  at(feature: number, row: number): number {
    const { float32, float64, int32, uint8 } = this.#views;
    const place = (this.#places[feature] as number) + row * (this.#steps[feature] as number);
    const kind = this.#kinds[feature] as number;
    if (kind === kinds.float32) return float32[place] as number;
    if (kind === kinds.float64) return float64[place] as number;
    if (kind === kinds.int32) return int32[place] as number;
    if (kind === kinds.uint8) return uint8[place] as number;
    // In two halves, because a bigint would be allocated. All machines that run Node.js store the lower half first.
    return (int32[2 * place + 1] as number) * wordOfInt64 + ((int32[2 * place] as number) >>> 0);
  }
}
