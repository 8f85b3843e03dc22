import { isFloat } from './element-types.js';
import type { EncodedFeature } from './encoders.js';
import type { NamesByInput } from './feature-names.js';
import { refusal } from './refusal.js';
import type { RowInput } from './row-inputs.js';

/** An input in the form of a manifest. */
export interface InputDraft {
  name: string;
  size: number;
  features?: readonly string[];
  type?: string;
  shape?: number[];
  missing?: number | string | Record<string, number | string>;
  categories?: Record<string, string[]>;
  unknownCategory?: string;
}

/** An input with everything that is known about it. */
export interface DescribedInput extends RowInput {
  features: readonly string[] | undefined;
  texts: (string[] | undefined)[];
  /** Replaces texts that the graph's encoders do not list, if the encoders ignore such texts. */
  unknownText: string | undefined;
  missing: (number | string | undefined)[];
}

/**
 * Combines what the graph and the caller say about each input.
 *
 * @throws {ModelInvalidError} if the texts of a feature are not known.
 */
export function describeInputs(
  inputs: readonly RowInput[],
  names: NamesByInput,
  encoded: readonly EncodedFeature[],
): DescribedInput[] {
  return inputs.map((input) => {
    const { name, size, graphType } = input;
    const texts = new Array<string[] | undefined>(size).fill(undefined);
    const isText = graphType === 'string';
    const own = isText ? encoded.filter((feature) => feature.input === name) : [];
    for (const feature of own) texts[feature.column] = feature.texts;
    const column = isText ? texts.indexOf(undefined) : -1;
    if (column >= 0) {
      throw refusal(
        `input ${JSON.stringify(name)}`,
        'an encoder in the graph that lists the texts of each feature (OneHotEncoder, LabelEncoder, CategoryMapper)',
        `none for ${size === 1 ? 'it' : `its feature ${column}`}: encode texts in the pipeline with OneHotEncoder or OrdinalEncoder and export it again`,
      );
    }
    // Categories are listed by feature name.
    const invented = isText ? Array.from({ length: size }, (_, index) => `${name}_${index}`) : undefined;
    const missing = new Array(size).fill(undefined);
    return { ...input, features: names.get(name) ?? invented, texts, unknownText: unknownText(own), missing };
  });
}

export function inputDraft(input: DescribedInput): InputDraft {
  const { name, size, features, type, shape, texts, missing } = input;
  const draft: InputDraft = { name, size };
  if (features !== undefined) draft.features = features;
  if (type !== 'float32') draft.type = type;
  if (shape.length !== 1) draft.shape = shape;
  const [first] = missing;
  if (first !== undefined && missing.every((value) => Object.is(value, first))) draft.missing = written(first);
  else if (missing.some((value) => value !== undefined)) draft.missing = byFeature(features, missing, written);
  if (type === 'string') draft.categories = byFeature(features, texts, (list) => list);
  if (input.unknownText !== undefined) draft.unknownCategory = input.unknownText;
  return draft;
}

/** A text that no encoder lists, if all encoders ignore such texts. */
function unknownText(encoded: readonly EncodedFeature[]): string | undefined {
  if (encoded.length === 0 || !encoded.every(({ ignoresOthers }) => ignoresOthers)) return undefined;
  return ['', 'unknown', 'not in the list'].find((text) => encoded.every(({ texts }) => !texts.includes(text)));
}

function byFeature<T, U>(
  features: readonly string[] | undefined,
  values: readonly (T | undefined)[],
  write: (value: T) => U,
): Record<string, U> {
  const entries = values.flatMap((value, index) => {
    const name = features?.[index];
    return value === undefined || name === undefined ? [] : [[name, write(value)] as const];
  });
  return Object.fromEntries(entries);
}

/** JSON has no NaN. */
function written(value: number | string): number | string {
  return typeof value === 'number' && Number.isNaN(value) ? 'nan' : value;
}

/** Whether an input's features can have a value. */
export function canHold({ graphType }: RowInput, value: number | string): boolean {
  if (typeof value === 'string') return graphType === 'string';
  if (graphType === 'string') return false;
  return isFloat(graphType) || (Number.isSafeInteger(value) && (graphType !== 'bool' || value === 0 || value === 1));
}
