import type { ManifestInput } from '../../models/manifest-inputs.js';
import { BadCell, readJson, readText } from './cell-value.js';
import { featureColumns } from './feature-columns.js';
import type { FileFormat } from './file-format.js';
import { readAmount, readId, readLabel } from './label-cells.js';
import { isProblem, type RawRow, type RowProblem, type WantedColumn } from './raw-row.js';
import { featuresReader, isRowProblem, type RowFeatures } from './read-features.js';

/** The columns that are no features. */
export interface OtherColumns {
  /** Goes into the file of scores. @default the row's number */
  id?: string | undefined;
  label?: string | undefined;
  amount?: string | undefined;
}

/** A row that can be scored. */
export interface PreparedRow {
  line: number;
  id: string | number | null;
  features: RowFeatures;
  /** Null where it is not known. */
  isFraud: boolean | null;
  amount: number;
}

/** Makes requests of rows. */
export class RowPreparer {
  /** In the order of the cells that `prepare` takes. */
  readonly columns: readonly WantedColumn[];
  readonly #features: ReturnType<typeof featuresReader>;
  readonly #idPlace: number;
  readonly #labelPlace: number;
  readonly #amountPlace: number;

  constructor(inputs: readonly ManifestInput[], { id, label, amount }: OtherColumns, kind: FileFormat['kind']) {
    const features = featureColumns(inputs);
    const columns: WantedColumn[] = [...features];
    const add = (name: string | undefined): number => {
      if (name === undefined) return -1;
      return columns.push({ name, input: null, place: 0, feature: null }) - 1;
    };
    this.#idPlace = add(id);
    this.#labelPlace = add(label);
    this.#amountPlace = add(amount);
    this.#features = featuresReader(inputs, features, kind === 'csv' ? readText : readJson);
    this.columns = columns;
  }

  prepare({ number, line, cells }: RawRow): PreparedRow | RowProblem {
    if (isProblem(cells)) return cells;
    const features = this.#features(cells);
    if (isRowProblem(features)) return features;
    const id = this.#idPlace < 0 ? number : readId(cells[this.#idPlace]);
    if (id instanceof BadCell) return this.#problem(this.#idPlace, id);
    const isFraud = this.#labelPlace < 0 ? null : readLabel(cells[this.#labelPlace]);
    if (isFraud instanceof BadCell) return this.#problem(this.#labelPlace, isFraud);
    // Without its label, a row's amount counts nowhere.
    const amount = this.#amountPlace < 0 || isFraud === null ? 0 : readAmount(cells[this.#amountPlace]);
    if (amount instanceof BadCell) return this.#problem(this.#amountPlace, amount);
    return { line, id, features, isFraud, amount };
  }

  /** What the scorer has refused, in words of the file. @param path as in `features.X[3]`. */
  refused(path: string, expected: string, received: string): RowProblem {
    const [, input, place] = /^features\.(.+)\[(\d+)\]$/.exec(path) ?? [];
    const column = this.columns.find((one) => one.input === input && one.place === Number(place));
    return { column: column?.name ?? null, expected, received };
  }

  #problem(place: number, cell: BadCell): RowProblem {
    return { column: this.columns[place]?.name ?? null, ...cell };
  }
}

export function isPrepared(row: PreparedRow | RowProblem): row is PreparedRow {
  return 'features' in row;
}
