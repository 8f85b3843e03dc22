import type { ManifestInput } from '../../models/manifest-inputs.js';
import type { BinnedShares, DriftReference } from '../../monitoring/drift/reference.js';
import { featureNames } from '../../monitoring/drift/row-bins.js';
import { RowValues } from '../../monitoring/drift/row-values.js';
import { textsOf } from '../../protocol/input-texts.js';
import { type InputLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import { FeatureRows } from '../../requests/feature-rows.js';
import { writeFeatures } from '../../requests/read-request.js';
import { type ChosenBins, chooseNumberBins, chooseTextBins } from './choose-bins.js';
import { KeptRows } from './kept-rows.js';

/** Fewer rows make no reference. */
export const leastRows = 100;

/** A reference, and what is to be known of it. */
export interface BuiltReference {
  reference: DriftReference;
  /** Features whose values change with the time: they got fewer bins, or none. The score is not among them. */
  coarse: string[];
  unwatched: string[];
  isScoreCoarse: boolean;
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

  /** @param bins the most of a feature, and of the score. */
  build(bins: number): BuiltReference {
    const names = featureNames(this.#inputs);
    const coarse: string[] = [];
    const unwatched: string[] = [];
    const inputs: [string, (BinnedShares | null)[]][] = [];
    for (const [index, input] of this.#rows.layout.inputs.entries()) {
      const texts = input.type === 'string' ? textsOf(this.#inputs[index] ?? input) : [];
      const chosen = Array.from({ length: input.size }, (_, column) =>
        this.#choose(input, column, texts[column], bins),
      );
      for (const [column, one] of chosen.entries()) {
        const name = names[input.firstFeature + column] ?? '';
        if (one.bins === null) unwatched.push(name);
        else if (one.isCoarse) coarse.push(name);
      }
      inputs.push([input.name, chosen.map((one) => one.bins)]);
    }
    const score = chooseNumberBins(this.#kept.column(this.#features), bins, 'float32');
    // Nothing is outside [0, 1], so that a score that is not steady at all is never far from one bin.
    const scoreBins = score.bins ?? { edges: [0, 1.0000001], shares: [0, 1, 0] };
    return {
      reference: { rows: this.rows, score: scoreBins, inputs: Object.fromEntries(inputs) },
      coarse,
      unwatched,
      isScoreCoarse: score.isCoarse,
    };
  }

  #choose(
    input: InputLayout,
    column: number,
    texts: readonly string[] | undefined,
    bins: number,
  ): ChosenBins<BinnedShares> {
    const blocks = this.#kept.column(input.firstFeature + column);
    return texts === undefined ? chooseNumberBins(blocks, bins, input.type) : chooseTextBins(blocks, texts);
  }
}
