import type { ManifestInput } from '../../models/manifest-inputs.js';
import { missingColumns } from './find-columns.js';
import { type Fields, JsonFeatures } from './json-features.js';
import { jsonProblem } from './json-words.js';
import { namesOfOthers, type OtherColumns, readOthers } from './other-columns.js';
import type { PreparedRow, PreparedRows, RowPreparer } from './prepared-row.js';
import type { BadRow, RawRow } from './raw-row.js';
import { readNdjson } from './read-ndjson.js';
import { ScoreFileError } from './score-file-error.js';

/** Turns the rows of an NDJSON file into requests. Their features go to the scorer unchanged, and it checks them like all requests. */
export class JsonRows implements RowPreparer {
  readonly #features: JsonFeatures;
  readonly #others: OtherColumns;
  readonly #otherNames: readonly string[];
  /** Names of the other columns that no row has had so far. */
  readonly #unseen: Set<string>;
  /** The names in the first row. */
  #names: readonly string[] = [];
  #rowsOfFields = 0;

  constructor(inputs: readonly ManifestInput[], others: OtherColumns) {
    this.#others = others;
    this.#otherNames = namesOfOthers(others);
    this.#unseen = new Set(this.#otherNames);
    this.#features = new JsonFeatures(inputs, this.#otherNames);
  }

  async *rows(path: string, chunks: AsyncIterable<Buffer>): PreparedRows {
    let hasRows = false;
    for await (const rows of readNdjson(path, chunks, this.#features.isInteger)) {
      const [first] = rows;
      if (!hasRows && first !== undefined && 'cells' in first) this.#names = Object.keys(first.cells);
      hasRows ||= rows.length > 0;
      yield rows.map((row) => this.#prepare(row));
    }
    if (hasRows) this.#refuseUnseen(path);
  }

  #prepare(row: RawRow<Fields>): PreparedRow | BadRow {
    if ('problem' in row) return row;
    const { number, line, cells, length } = row;
    const ownCells = this.#otherNames.map((name) => (Object.hasOwn(cells, name) ? cells[name] : undefined));
    if (this.#unseen.size > 0)
      for (const name of this.#unseen) if (Object.hasOwn(cells, name)) this.#unseen.delete(name);
    const given = this.#features.read(cells);
    if ('expected' in given) return { number, line, problem: given };
    const { features, isRequest } = given;
    if (!isRequest) this.#rowsOfFields += 1;
    const others = readOthers(this.#others, ownCells, number);
    if ('expected' in others) return { number, line, problem: others };
    return { line, features, ...others, length, refused: (issue) => jsonProblem(issue, isRequest) };
  }

  /** If the model accepts missing values, a misspelt name would be a missing value in all rows. */
  #refuseUnseen(path: string): void {
    const features = this.#rowsOfFields > 0 ? [...this.#features.unseen].map(({ name }) => name) : [];
    const unseen = [...features, ...this.#unseen];
    if (unseen.length === 0) return;
    const known = [...this.#features.names, ...this.#otherNames];
    throw new ScoreFileError(missingColumns(path, unseen, this.#names, known));
  }
}
