import { type RowLayout, rowViewsOf } from '../../protocol/row-layout.js';
import { type BinnedShares, type DriftReference, isTextBins, sharesOf } from './reference.js';
import { type PlacedFeature, RowValues } from './row-values.js';
import { type ExpectedShares, expectedPhases } from './stability.js';

/** A watched feature, in its own bins. */
export interface WatchedFeature {
  /** Its name for people. The input's name comes first if another input has a feature of that name. */
  readonly name: string;
  /** For each phase of the reference. */
  readonly expected: readonly ExpectedShares[];
  /** The index of its first bin, counted over all features. */
  readonly firstBin: number;
}

/** An input whose features have names. */
export interface NamedInput {
  readonly name: string;
  readonly size: number;
  readonly features?: readonly string[] | undefined;
}

/** Finds the bins of a row's features directly in the row's memory. It copies no value and allocates nothing. */
export class RowBins {
  /** In the order of the row. */
  readonly features: readonly WatchedFeature[];
  /** The number of bins of all features together. */
  readonly bins: number;
  readonly #values: RowValues;
  readonly #floats: Float32Array;
  readonly #stride: number;
  /** The position of a float32 feature in its row; −1 for other types. */
  readonly #floatPlaces: Int32Array;
  /** The first bin of each feature. The last element is the total number of bins. */
  readonly #firstBins: Int32Array;
  readonly #isText: Uint8Array;
  /** The edges of all number features, and the index at which each feature's edges begin. */
  readonly #edges: Float64Array;
  readonly #first: Int32Array;
  /** The bin of each text of each text feature. The index at which a feature's texts begin is in `#first` too. */
  readonly #textBins: Int32Array;

  /**
   * @param memory memory of rows in that layout, from its beginning.
   * @param textsOf the texts of the features of a string input. Values are indices into them.
   */
  constructor(
    reference: Pick<DriftReference, 'rows' | 'phases' | 'inputs'>,
    inputs: readonly NamedInput[],
    layout: RowLayout,
    memory: ArrayBufferLike,
    textsOf: (input: string) => readonly (readonly string[])[],
  ) {
    const watched = watchedOf(reference, inputs, layout);
    const edges: number[] = [];
    const textBins: number[] = [];
    const first: number[] = [];
    let bins = 0;
    this.features = watched.map(({ name, input, column, shares }) => {
      const isText = isTextBins(shares);
      first.push(isText ? textBins.length : edges.length);
      if (isText) textBins.push(...binsOfTexts(shares.values, textsOf(input.name)[column] ?? []));
      else edges.push(...shares.edges.map(roundedTo(input.type)));
      const { length } = sharesOf(shares);
      bins += length;
      return { name, expected: expectedPhases(shares, reference), firstBin: bins - length };
    });
    this.bins = bins;
    this.#values = new RowValues(watched, layout.stride, memory);
    this.#floats = rowViewsOf(memory).float32;
    this.#stride = layout.stride;
    this.#floatPlaces = Int32Array.from(watched, ({ input, column }) =>
      input.type === 'float32' || input.type === 'float16' ? input.offset + column : -1,
    );
    this.#firstBins = Int32Array.from([...this.features.map(({ firstBin }) => firstBin), bins]);
    this.#isText = Uint8Array.from(watched, ({ shares }) => Number(isTextBins(shares)));
    this.#edges = Float64Array.from(edges);
    this.#textBins = Int32Array.from(textBins);
    this.#first = Int32Array.from(first);
  }

  /** Counts one row: adds 1 to a bin of each feature, in both arrays. @param firstCount the index at which the bins begin in `counts`. */
  count(row: number, counts: Uint16Array, firstCount: number, totals: Uint32Array): void {
    const firstBins = this.#firstBins;
    const floatPlaces = this.#floatPlaces;
    const floats = this.#floats;
    const edges = this.#edges;
    const firstEdges = this.#first;
    const start = row * this.#stride;
    const { length } = floatPlaces;
    let first = 0;
    for (let feature = 0; feature < length; feature += 1) {
      const next = firstBins[feature + 1] as number;
      const place = floatPlaces[feature] as number;
      let bin: number;
      if (place >= 0) {
        // Most features are counted here without a call.
        const value = floats[start + place] as number;
        bin = next - 1;
        if (value - value === 0) bin = first + edgesUpTo(edges, firstEdges[feature] as number, next - first - 2, value);
      } else {
        bin = first + this.#binOf(feature, this.#values.at(feature, row), next - first);
      }
      counts[firstCount + bin] = (counts[firstCount + bin] as number) + 1;
      totals[bin] = (totals[bin] as number) + 1;
      first = next;
    }
  }

  #binOf(feature: number, value: number, bins: number): number {
    const first = this.#first[feature] as number;
    if (this.#isText[feature] === 1) return this.#textBins[first + value] ?? bins - 1;
    // Missing values have the last bin.
    return Number.isNaN(value) ? bins - 1 : edgesUpTo(this.#edges, first, bins - 2, value);
  }
}

/** How many ascending edges are at most the value. @param first index of the first of the `count` edges. */
export function edgesUpTo(edges: ArrayLike<number>, first: number, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value >= (edges[first + middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface NamedShares extends PlacedFeature {
  name: string;
  shares: BinnedShares;
}

function watchedOf(
  { inputs: shares }: Pick<DriftReference, 'inputs'>,
  inputs: readonly NamedInput[],
  layout: RowLayout,
): NamedShares[] {
  const names = featureNames(inputs);
  return layout.inputs.flatMap((input) => {
    const list = Object.hasOwn(shares, input.name) ? (shares[input.name] ?? []) : [];
    return list.flatMap((bins, column) => {
      const name = names[input.firstFeature + column] ?? '';
      return bins === null ? [] : [{ name, input, column, shares: bins }];
    });
  });
}

/** The names of all features, in order. The input's name is added if the feature's name is not unique. */
export function featureNames(inputs: readonly NamedInput[]): string[] {
  const names = inputs.flatMap(({ name, size, features }) =>
    Array.from({ length: size }, (_, column) => features?.[column] ?? (size === 1 ? name : `${name}[${column}]`)),
  );
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const owners = inputs.flatMap(({ name, size }) => new Array<string>(size).fill(name));
  return names.map((name, feature) => (counts.get(name) === 1 ? name : `${owners[feature]}.${name}`));
}

/** Compares float32 values with the edge rounded to float32, because edges are written with few digits. */
export function roundedTo(type: string): (value: number) => number {
  return type === 'float32' || type === 'float16' ? Math.fround : (value) => value;
}

/** The bin of each text of a feature. Texts without their own bin share the last one. */
function binsOfTexts(values: readonly string[], texts: readonly string[]): number[] {
  const bins = new Map(values.map((value, bin) => [value, bin]));
  return texts.map((text) => bins.get(text) ?? values.length);
}
