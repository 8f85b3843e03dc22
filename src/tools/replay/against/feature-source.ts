import type { ManifestInput } from '../../../models/manifest-inputs.js';
import { textsOf } from '../../../protocol/input-texts.js';
import type { InputLayout } from '../../../protocol/row-layout.js';
import { rowLayoutOf } from '../../../protocol/row-layout.js';
import type { LoadedModel } from '../loaded-model.js';
import type { RecordedVersion } from '../recorded-version.js';

/** A feature of recorded rows. */
export interface SourceColumn {
  layout: InputLayout;
  column: number;
  /** Of text inputs. */
  texts: readonly string[] | undefined;
  /** Of other inputs: the texts whose places its values are, where that is known. */
  categories: readonly string[] | undefined;
}

/** What recorded rows are made of. */
export interface FeatureSource {
  /** Words of a row. */
  stride: number;
  inputs: readonly { layout: InputLayout; hasNames: boolean; columns: readonly SourceColumn[] }[];
  /** By feature name; null where two have the same. */
  byName: ReadonlyMap<string, SourceColumn | null>;
  layoutOfRow: ReturnType<typeof rowLayoutOf>;
  texts: readonly (readonly (readonly string[])[] | undefined)[];
}

/** @param model of the version, where it is there. @returns null where neither the records nor a manifest say what the features are. */
export function featureSource(version: RecordedVersion, model: LoadedModel | null): FeatureSource | null {
  const manifest = model?.directory.manifest.inputs;
  const inputs = version.inputs ?? manifest?.map(described) ?? null;
  if (inputs === null) return null;
  const layoutOfRow = rowLayoutOf(inputs);
  const byName = new Map<string, SourceColumn | null>();
  const sources = layoutOfRow.inputs.map((layout, index) => {
    const { features, texts } = inputs[index] ?? {};
    const columns = Array.from({ length: layout.size }, (_, column): SourceColumn => {
      const categories = layout.type === 'string' ? undefined : manifest?.[index]?.categories?.[column];
      return { layout, column, texts: texts?.[column], categories };
    });
    for (const [column, name] of features?.entries() ?? []) {
      byName.set(name, byName.has(name) ? null : (columns[column] ?? null));
    }
    return { layout, hasNames: features !== undefined, columns };
  });
  return {
    stride: layoutOfRow.stride,
    inputs: sources,
    byName,
    layoutOfRow,
    texts: inputs.map(({ texts }) => texts),
  };
}

function described(input: ManifestInput) {
  const { name, size, type = 'float32', features } = input;
  return { name, size, type, features, texts: type === 'string' ? textsOf(input) : undefined };
}
