import type { ElementType } from '../../models/adopt/element-types.js';
import type { RowInput } from '../../models/adopt/row-inputs.js';
import type { GivenTensor } from '../../protocol/graph-run.js';
import { seededUniform } from '../seeded-uniform.js';

/** An input with the facts that a trial needs. */
export interface TrialInput extends RowInput {
  /** The texts of each feature, for text inputs. */
  texts: readonly (readonly string[] | undefined)[];
  /** The replacement for a missing value, by feature; undefined if a missing value is refused. */
  missing: readonly (number | string | undefined)[];
}

/** The number of plausible rows. */
const plausible = 16;

/** The most rows with one missing feature. */
const maxMissing = 48;

/** The row numbers of a trial. */
export interface RowNumbers {
  plausible: number[];
  zeros: number;
  /** Rows with values a thousand times as large as the plausible ones. */
  loud: number[];
  /** In the first row everything that may be missing is missing. In the others one feature each. Empty if nothing may be missing. */
  missing: number[];
}

/** Synthetic rows for a graph of which only the inputs are known. They are the same every time. */
export class TrialRows {
  readonly numbers: RowNumbers;
  readonly #inputs: readonly TrialInput[];
  readonly #values: readonly (number | string)[][][];

  /** @param isTame whether all integers are 0, because larger ones may exceed a lookup table of the graph. */
  constructor(inputs: readonly TrialInput[], isTame: boolean) {
    this.#inputs = inputs;
    const random = seededNormal();
    const rows: (number | string)[][][] = [];
    const add = (row: (number | string)[][]): number => rows.push(row) - 1;
    const numbers: RowNumbers = { plausible: [], zeros: 0, loud: [], missing: [] };
    for (let row = 0; row < plausible; row += 1) {
      // The scale of features is unknown. Amounts, for example, are large.
      const scale = row % 2 === 0 ? 2 : 20;
      numbers.plausible.push(add(inputs.map((input) => valuesOf(input, row, isTame, () => scale * random()))));
    }
    numbers.zeros = add(inputs.map((input) => valuesOf(input, 0, true, () => 0)));
    for (let row = 0; row < plausible; row += 1) {
      numbers.loud.push(add(inputs.map((input) => valuesOf(input, row, true, () => 2000 * random()))));
    }
    const base = rows[0] ?? [];
    const places = inputs.flatMap(({ missing }, input) =>
      missing.flatMap((value, at) => (value === undefined ? [] : [{ input, at }])),
    );
    const without = (left: readonly { input: number; at: number }[]): (number | string)[][] =>
      base.map((values, input) =>
        values.map((value, at) =>
          left.some((place) => place.input === input && place.at === at)
            ? (inputs[input]?.missing[at] ?? value)
            : value,
        ),
      );
    if (places.length > 0) numbers.missing.push(add(without(places)));
    for (const place of places.slice(0, maxMissing)) numbers.missing.push(add(without([place])));
    this.numbers = numbers;
    this.#values = rows;
  }

  /**
   * Some of the rows as tensors.
   *
   * @param types 'graph' for the original graph, 'served' for inputs of the types that callers give.
   */
  given(rows: readonly number[], types: 'graph' | 'served'): GivenTensor[] {
    return this.#inputs.map(({ name, graphType, type, shape }, input) => ({
      name,
      type: types === 'graph' ? graphType : type,
      dims: [rows.length, ...shape],
      values: rows.flatMap((row) => this.#values[row]?.[input] ?? []) as number[] | string[],
    }));
  }
}

function valuesOf(
  { graphType, size, texts }: TrialInput,
  row: number,
  isTame: boolean,
  draw: () => number,
): (number | string)[] {
  return Array.from({ length: size }, (_, column) => {
    if (graphType === 'string') {
      const known = texts[column] ?? [''];
      return known[(row + column) % known.length] ?? '';
    }
    if (isWhole(graphType)) return isTame ? 0 : (row + column) % 2;
    const limit = graphType === 'float16' ? 60_000 : Number.POSITIVE_INFINITY;
    return Math.min(Math.max(draw(), -limit), limit);
  });
}

function isWhole(type: ElementType): boolean {
  return type !== 'float32' && type !== 'float64' && type !== 'float16';
}

/** Standard normal numbers (Box and Muller, 1958). */
function seededNormal(): () => number {
  const uniform = seededUniform(20_261_126);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
