import type { ManifestInput } from '../../models/manifest-inputs.js';
import { type DriftReference, sharesOf } from '../../monitoring/drift/reference.js';
import { featureNames } from '../../monitoring/drift/row-bins.js';
import { RowValues } from '../../monitoring/drift/row-values.js';
import { textsOf } from '../../protocol/input-texts.js';
import { type InputLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import { FeatureRows } from '../../requests/feature-rows.js';
import { writeFeatures } from '../../requests/read-request.js';
import { type CountedColumn, countNumbers, countTexts, isOfNumbers } from './counted-column.js';
import { KeptRows } from './kept-rows.js';
import { usualOf, withPhases } from './phase-shares.js';
import { assignAgain, findPhases, membersOf, totalsOf } from './phases.js';

/** Fewer rows make no reference. */
export const leastRows = 100;

/** What bins are tried where those of more rows differ too much within a phase. */
const coarser = [5, 3, 1];

/** The index of a block of the reference itself against its phase: more is no drift, but what the feature does all day. */
const mostUsual = 0.5;

/** A reference, and what is to be known of it. */
export interface BuiltReference {
  reference: DriftReference;
  /** Features that got fewer bins, because their values change with the time, as an hour of the day does. */
  coarse: string[];
}

/** Makes a manifest's reference of rows and their scores. The values are read from a row as the scorer has it. */
export class ReferenceBuilder {
  readonly #inputs: readonly ManifestInput[];
  readonly #rows: FeatureRows;
  readonly #values: RowValues;
  readonly #features: number;
  readonly #kept: KeptRows;

  constructor(inputs: readonly ManifestInput[]) {
    const layout = rowLayoutOf(inputs);
    this.#inputs = inputs;
    this.#rows = new FeatureRows(layout, 1, 0, inputs);
    const places = layout.inputs.flatMap((input) =>
      Array.from({ length: input.size }, (_, column) => ({ input, column })),
    );
    this.#values = new RowValues(places, layout.stride, this.#rows.bytes);
    this.#features = layout.features;
    this.#kept = new KeptRows(layout.features + 1);
  }

  /** Rows that the reference would be made of. */
  get rows(): number {
    return this.#kept.rows;
  }

  /** @param features which the scorer has taken. @param score the probability of fraud that it gave. */
  add(features: unknown, score: number): void {
    const { layout, floats, reader } = this.#rows;
    if (!writeFeatures(features, layout, floats, 0, reader))
      throw new Error('features were scored that can not be read');
    const row = this.#kept.next();
    for (let feature = 0; feature < this.#features; feature += 1) row[feature] = this.#values.at(feature, 0);
    row[this.#features] = score;
  }

  /** @param most bins of a feature, and of the score. */
  build(most: number): BuiltReference {
    const rows = this.#kept.column(0).map(({ length }) => length);
    const finest = this.#rows.layout.inputs.flatMap((input) =>
      Array.from({ length: input.size }, (_, column) => this.#count(input, column, most)),
    );
    const firstPhases = findPhases(finest, rows);
    const members = membersOf(firstPhases);
    const names = featureNames(this.#inputs);
    const coarse: string[] = [];
    const features = this.#rows.layout.inputs.flatMap((input) =>
      Array.from({ length: input.size }, (_, column) => {
        const place = input.firstFeature + column;
        const first = finest[place] as CountedColumn;
        const steady = this.#steady(first, input, column, rows, members);
        if (steady !== first) coarse.push(names[place] ?? '');
        return steady;
      }),
    );
    const phases = membersOf(assignAgain(features, rows, firstPhases));
    const score = countNumbers(this.#kept.column(this.#features), most, 'float32');
    const inputs = this.#rows.layout.inputs.map(({ name, firstFeature, size }) => [
      name,
      features.slice(firstFeature, firstFeature + size).map((column) => withPhases(column, rows, phases)),
    ]);
    const reference = {
      rows: this.rows,
      ...(phases.length === 1 ? {} : { phases: phases.map((blocks) => totalsOf([], rows, blocks).total) }),
      score: withPhases(score, rows, phases),
      inputs: Object.fromEntries(inputs),
    };
    return { reference, coarse };
  }

  /**
   * A window of rows that follow one another holds the values of a short time, and those of some features, such as the hour of the day, are never like
   * those of all times. Such a feature gets fewer bins, down to one for the whole range, until each block is near to its phase; what
   * is still found then is a value outside the range, or a missing one.
   */
  #steady(
    first: CountedColumn,
    input: InputLayout,
    column: number,
    rows: readonly number[],
    members: number[][],
  ): CountedColumn {
    let counted = first;
    const bins = sharesOf(first.bins).length;
    for (const most of isOfNumbers(first) ? coarser.filter((fewer) => fewer < bins) : []) {
      if (Math.max(...usualOf(counted, rows, members)) <= mostUsual) break;
      counted = this.#count(input, column, most);
    }
    return counted;
  }

  #count(input: InputLayout, column: number, most: number): CountedColumn {
    const blocks = this.#kept.column(input.firstFeature + column);
    const texts =
      input.type === 'string'
        ? textsOf(this.#inputs[this.#rows.layout.inputs.indexOf(input)] ?? input)[column]
        : undefined;
    return texts === undefined ? countNumbers(blocks, most, input.type) : countTexts(blocks, texts);
  }
}
