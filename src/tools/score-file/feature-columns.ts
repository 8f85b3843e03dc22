import type { ManifestInput } from '../../models/manifest-inputs.js';
import type { WantedColumn } from './raw-row.js';

/** The column of a file for one feature, and what its cells may hold. */
export interface FeatureColumn extends WantedColumn {
  /** The input's name, and the feature's place and name there. */
  input: string;
  place: number;
  feature: string | null;
  type: string;
  /** The texts that it may have; null where it has numbers. */
  categories: ReadonlySet<string> | null;
  takesOtherTexts: boolean;
  takesMissing: boolean;
}

/**
 * The columns that a file must have, in the order of the model's features. A column has the name of its feature, with the input's name and
 * a dot before it where another feature has the same; a feature without a name is called by its input, with its place, from 0, in
 * brackets where the input has several.
 */
export function featureColumns(inputs: readonly ManifestInput[]): FeatureColumn[] {
  const counts = new Map<string, number>();
  for (const name of inputs.flatMap(namesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return inputs.flatMap((input) => {
    return namesOf(input).map((name, place): FeatureColumn => {
      const categories = input.categories?.[place];
      return {
        name: counts.get(name) === 1 ? name : `${input.name}.${name}`,
        input: input.name,
        place,
        feature: input.features?.[place] ?? null,
        type: input.type ?? 'float32',
        categories: categories === undefined ? null : new Set(categories),
        takesOtherTexts: input.unknownCategory !== undefined,
        takesMissing: input.missing?.[place] !== undefined,
      };
    });
  });
}

function namesOf({ name, size, features }: ManifestInput): readonly string[] {
  if (features !== undefined) return features;
  return size === 1 ? [name] : Array.from({ length: size }, (_, place) => `${name}[${place}]`);
}
