import type { ManifestInput } from '../../models/manifest-inputs.js';
import { type FeatureColumn, featureColumns, refuseSharedColumns } from './feature-columns.js';
import { namesOfOthers, type OtherColumns, readOthers } from './other-columns.js';
import type { PreparedRow, PreparedRows, RowPreparer } from './prepared-row.js';
import type { BadRow, RawRow } from './raw-row.js';
import { readCsv } from './read-csv.js';
import { featuresReader, isRowProblem } from './read-features.js';

/** Turns the rows of a CSV file into requests. */
export class CsvRows implements RowPreparer {
  readonly #columns: readonly FeatureColumn[];
  readonly #others: OtherColumns;
  readonly #features: ReturnType<typeof featuresReader>;

  /** @throws {ScoreFileError} if two features share one column. */
  constructor(inputs: readonly ManifestInput[], others: OtherColumns) {
    this.#columns = featureColumns(inputs);
    refuseSharedColumns(this.#columns);
    this.#others = others;
    this.#features = featuresReader(inputs, this.#columns);
  }

  async *rows(path: string, chunks: AsyncIterable<Buffer>): PreparedRows {
    const wanted = [...this.#columns, ...namesOfOthers(this.#others).map((name) => ({ name }))];
    for await (const rows of readCsv(path, chunks, wanted)) yield rows.map((row) => this.#prepare(row));
  }

  #prepare(row: RawRow<readonly string[]>): PreparedRow | BadRow {
    if ('problem' in row) return row;
    const { number, line, cells, length } = row;
    const features = this.#features(cells);
    if (isRowProblem(features)) return { number, line, problem: features };
    const others = readOthers(this.#others, cells.slice(this.#columns.length), number);
    if ('expected' in others) return { number, line, problem: others };
    return { line, features, ...others, length, refused: this.#refused };
  }

  /** The scorer's path has the form `features.X[3]`. */
  readonly #refused: PreparedRow['refused'] = ({ path, expected, received }) => {
    const [, input, place] = /^features\.(.+)\[(\d+)\]$/.exec(path) ?? [];
    const column = this.#columns.find((one) => one.input === input && one.place === Number(place));
    return { column: column?.name ?? null, expected, received };
  };
}
