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

/** With fewer rows, no reference is made. */
export const leastRows = 100;

/** The bin counts that are tried if finer bins differ too much within a phase. */
const coarser = [5, 3, 1];

/** If a block's index against its own phase is higher than this, the feature always varies that much, and it is not drift. */
const mostUsual = 0.5;

/** A reference, and remarks on it. */
export interface BuiltReference {
  reference: DriftReference;
  /** Features with fewer bins, because their values change with time, like the hour of the day. */
  coarse: string[];
}

/** Makes a manifest's reference from rows and their scores. It reads the values in the scorer's row format. */
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

  /** Rows in the reference. */
  get rows(): number {
    return this.#kept.rows;
  }

  /** @param features features that the scorer has accepted. @param score their fraud probability. */
  add(features: unknown, score: number): void {
    const { layout, floats, reader } = this.#rows;
    if (!writeFeatures(features, layout, floats, 0, reader))
      throw new Error('features were scored that can not be read');
    const row = this.#kept.next();
    for (let feature = 0; feature < this.#features; feature += 1) row[feature] = this.#values.at(feature, 0);
    row[this.#features] = score;
  }

  /** @param most the most bins of a feature and of the score. */
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
   * A window of consecutive rows has the values of a short period. For some features, such as the hour of the day, these never look like
   * the values of all times. Such a feature gets fewer bins, down to one for the whole range, until each block is near to its phase. With a
   * single bin, only values outside the range and missing values are detected.
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
