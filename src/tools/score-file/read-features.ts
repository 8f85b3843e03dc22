import type { ManifestInput } from '../../models/manifest-inputs.js';
import { BadCell, type FeatureValue, readText } from './cell-value.js';
import type { FeatureColumn } from './feature-columns.js';
import type { RowProblem } from './raw-row.js';

/** Features in the form that `score` takes: an array for each input. */
export type RowFeatures = Record<string, Float32Array | FeatureValue[]>;

/**
 * Creates the function that reads the features of a row of texts.
 *
 * @returns a function of the row's cells. The first cells are those of the features, in order.
 */
export function featuresReader(
  inputs: readonly ManifestInput[],
  columns: readonly FeatureColumn[],
): (cells: readonly string[]) => RowFeatures | RowProblem {
  return (cells) => {
    const features: RowFeatures = {};
    let first = 0;
    for (const { name, size, type = 'float32', categories } of inputs) {
      // NaN is a missing value there.
      const isFloat32 = type === 'float32' && categories === undefined;
      const floats = new Float32Array(isFloat32 ? size : 0);
      const values: FeatureValue[] = [];
      for (let place = 0; place < size; place += 1) {
        const column = columns[first + place];
        if (column === undefined) break;
        const value = readText(cells[first + place], column);
        if (value instanceof BadCell) return { column: column.name, ...value };
        if (isFloat32) floats[place] = typeof value === 'number' ? value : Number.NaN;
        else values.push(value);
      }
      features[name] = isFloat32 ? floats : values;
      first += size;
    }
    return features;
  };
}

export function isRowProblem(features: RowFeatures | RowProblem): features is RowProblem {
  return typeof (features as Partial<RowProblem>).expected === 'string';
}
