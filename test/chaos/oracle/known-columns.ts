import type { Random } from '../../../models/visa-fraud/generator/random.js';
import type { ColumnScores, Decision, FeatureColumns } from '../../../src/index.js';
import type { KnownRow, KnownRows } from './known-rows.js';

const codes: Record<Decision, number> = { APPROVE: 0, REVIEW: 1, BLOCK: 2 };

/** Some of the rows as `scoreColumns` takes them. */
export interface KnownPart {
  readonly columns: FeatureColumns;
  readonly rows: number;
  /** Whether these are the rows' own answers, to the last bit. */
  isAnswer(scores: ColumnScores): boolean;
}

/** The known rows one behind the other, of which any stretch can be sent. */
export class KnownColumns {
  readonly #rows: readonly KnownRow[];
  readonly #columns: { name: string; size: number; values: Float32Array }[];

  constructor(known: KnownRows) {
    this.#rows = Array.from({ length: known.length }, (_, index) => known.at(index));
    this.#columns = known.model.inputs.map(({ name, size }) => {
      const values = new Float32Array(this.#rows.length * size);
      this.#rows.forEach(({ request }, row) => void values.set(request.features[name] as Float32Array, row * size));
      return { name, size, values };
    });
  }

  /** From one row on, up to all. */
  draw(random: Random): KnownPart {
    const from = random.index(this.#rows.length);
    const rows = 1 + random.index(this.#rows.length - from);
    const columns = this.#columns.map(({ name, size, values }) => {
      return [name, values.subarray(from * size, (from + rows) * size)] as const;
    });
    const expected = this.#rows.slice(from, from + rows);
    const isAnswer = ({ fraudProbability, riskScore, decision }: ColumnScores): boolean =>
      fraudProbability.length === rows &&
      expected.every(
        (row, index) =>
          Object.is(fraudProbability[index], row.fraudProbability) &&
          Object.is(riskScore[index], row.riskScore) &&
          decision[index] === codes[row.decision],
      );
    return { columns: Object.fromEntries(columns), rows, isAnswer };
  }
}
