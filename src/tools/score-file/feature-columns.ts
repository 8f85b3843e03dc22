import { shownName } from '../../errors/foreign-names.js';
import type { ManifestInput } from '../../models/manifest-inputs.js';
import type { WantedColumn } from './raw-row.js';
import { ScoreFileError } from './score-file-error.js';

/** Types whose values are integers. */
export const wholeTypes: ReadonlySet<string> = new Set(['int64', 'int32', 'bool']);

/** The column of a feature in a file, and the values that its cells may have. */
export interface FeatureColumn extends WantedColumn {
  /** The input's name, and the feature's index and name in it. */
  input: string;
  place: number;
  feature: string | null;
  type: string;
  /** The texts that it accepts; null if it accepts numbers. */
  categories: ReadonlySet<string> | null;
  takesOtherTexts: boolean;
  takesMissing: boolean;
}

/**
 * The columns that a file must have, in the order of the model's features. A column has the name of its feature. If another feature has the
 * same name, the input's name and a dot come first. A feature without a name is named by its input; if the input has several features, its
 * index (from 0) follows in brackets.
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

/**
 * Two features can share one column if the name of one looks like the long name of the other.
 *
 * @throws {ScoreFileError} naming both, because one would be read from the other's column.
 */
export function refuseSharedColumns(columns: readonly FeatureColumn[]): void {
  const byName = new Map<string, FeatureColumn>();
  for (const column of columns) {
    const first = byName.get(column.name);
    if (first !== undefined) {
      const both = `${describeFeature(first)} and ${describeFeature(column)}`;
      const cure = 'rename one of them in model.json, or score a file of NDJSON, whose rows can name the inputs';
      throw new ScoreFileError(`${both} would both be read from the column ${JSON.stringify(column.name)}: ${cure}`);
    }
    byName.set(column.name, column);
  }
}

function describeFeature({ input, feature, place }: FeatureColumn): string {
  const which = feature === null ? `${place} (from 0)` : JSON.stringify(shownName(feature));
  return `feature ${which} of the input ${JSON.stringify(shownName(input))}`;
}

function namesOf({ name, size, features }: ManifestInput): readonly string[] {
  if (features !== undefined) return features;
  return size === 1 ? [name] : Array.from({ length: size }, (_, place) => `${name}[${place}]`);
}
