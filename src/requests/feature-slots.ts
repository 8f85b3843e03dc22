import { textsOf } from '../protocol/input-texts.js';
import { isValueOf } from '../protocol/input-values.js';
import { type InputLayout, placeOf, type RowLayout, type RowViews } from '../protocol/row-layout.js';

/** The parts of a model's input that matter for values. The lists have one item for each feature. */
export interface DescribedInput {
  readonly name: string;
  readonly size: number;
  readonly features?: readonly string[];
  /** The raw value that replaces a missing feature; undefined if a missing value is refused. */
  readonly missing?: readonly (number | string | undefined)[];
  readonly categories?: readonly (readonly string[] | undefined)[];
  readonly unknownCategory?: number | string;
}

/** One feature: which values it accepts, and where it is stored in a row. */
export interface FeatureSlot {
  readonly input: InputLayout;
  /** Its position in the input. */
  readonly column: number;
  /** The raw value if it is missing (for a text its index); undefined if that is refused. */
  readonly missing: number | undefined;
  /** The raw values of its allowed texts; null if it accepts no texts. */
  readonly texts: ReadonlyMap<string, number> | null;
  /** The raw value of any other text; undefined if that is refused. */
  readonly unknownText: number | undefined;
}

/** An input with its features. */
export interface InputSlots {
  readonly input: InputLayout;
  readonly slots: readonly FeatureSlot[];
}

/** The features of a row, in order. */
export function featureSlots(inputs: readonly DescribedInput[], layout: RowLayout): FeatureSlot[] {
  return layout.inputs.flatMap((input, index) => {
    const described = inputs[index];
    const places = described !== undefined && input.type === 'string' ? textsOf(described) : null;
    return Array.from({ length: input.size }, (_, column): FeatureSlot => {
      const rawOf = (value: number | string | undefined): number | undefined =>
        typeof value === 'string' ? places?.[column]?.indexOf(value) : value;
      const categories = described?.categories?.[column];
      return {
        input,
        column,
        missing: rawOf(described?.missing?.[column]),
        texts: categories === undefined ? null : new Map(categories.map((text, place) => [text, place])),
        unknownText: categories === undefined ? undefined : rawOf(described?.unknownCategory),
      };
    });
  });
}

/** Limit of the bigints that int64 can hold. */
const int64Limit = 2n ** 63n;

/**
 * Writes one value of a request.
 *
 * @param at its index in the view of its type.
 * @returns whether the feature accepts the value.
 */
export function writeValue(views: RowViews, slot: FeatureSlot, at: number, value: unknown): boolean {
  const { type } = slot.input;
  switch (typeof value) {
    case 'number':
      if (Number.isNaN(value)) return writeMissing(views, slot, at);
      if (!isValueOf(value, type)) return false;
      writeRaw(views, slot, at, value);
      return true;
    case 'string': {
      const raw = slot.texts?.get(value) ?? slot.unknownText;
      if (raw === undefined) return false;
      writeRaw(views, slot, at, raw);
      return true;
    }
    case 'boolean':
      if (type === 'string') return false;
      writeRaw(views, slot, at, value ? 1 : 0);
      return true;
    case 'bigint':
      if (type !== 'int64' || value < -int64Limit || value >= int64Limit) return false;
      views.int64[at] = value;
      return true;
    default:
      return (value === undefined || value === null) && writeMissing(views, slot, at);
  }
}

/** @returns whether the feature may be missing. */
export function writeMissing(views: RowViews, slot: FeatureSlot, at: number): boolean {
  if (slot.missing === undefined) return false;
  writeRaw(views, slot, at, slot.missing);
  return true;
}

/** The index of a feature's value in the view of its type, for the row that begins at this word. */
export function placeIn({ input, column }: FeatureSlot, start: number): number {
  return placeOf(input, start + input.offset) + column;
}

/** Writes a feature's raw value (for a text its index). */
export function writeRaw(views: RowViews, { input }: FeatureSlot, at: number, raw: number): void {
  switch (input.type) {
    case 'float32':
    case 'float16':
      views.float32[at] = raw;
      return;
    case 'float64':
      views.float64[at] = raw;
      return;
    case 'int64':
      views.int64[at] = BigInt(raw);
      return;
    case 'bool':
      views.uint8[at] = raw;
      return;
    default:
      views.int32[at] = raw;
  }
}
