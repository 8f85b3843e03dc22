import type { DescribedInput } from './feature-slots.js';

/** The names by which the fields of an object may be called: those of all features, or of one input's. */
export class NameScope {
  readonly names: string[] = [];
  /** For each name the number of its feature; −1 − the input's number for an input of several features. */
  readonly targets: number[] = [];
  /** For each name the number of the input that it is of, which may be given as an array or an object too; −1 for a feature. */
  readonly inputs: number[] = [];
  /** What followed each name in the last object, which the next object is likely to repeat: [0] the first name's place, [n + 1] what followed n. */
  readonly next: number[] = [0];
  readonly #places = new Map<string, number>();

  add(name: string, target: number, input: number): void {
    this.#places.set(name, this.names.length);
    this.names.push(name);
    this.targets.push(target);
    this.inputs.push(input);
    this.next.push(this.names.length);
  }

  placeOf(name: string): number | undefined {
    return this.#places.get(name);
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }
}

/** What the names in a request's features mean. */
export interface FeatureNames {
  /** Of the features as a whole: inputs, and features whose name is that of no input and of no other feature. */
  readonly top: NameScope;
  /** Of each input's features; empty where they have no names. */
  readonly within: readonly NameScope[];
}

export function featureNamesOf(inputs: readonly DescribedInput[]): FeatureNames {
  const counts = countsOf(inputs.flatMap(({ features }) => features ?? []));
  const top = new NameScope();
  let first = 0;
  const firsts = inputs.map(({ name, size }, index) => {
    top.add(name, size === 1 ? first : -1 - index, index);
    first += size;
    return first - size;
  });
  const within = inputs.map(({ features = [] }, index) => {
    const scope = new NameScope();
    const own = countsOf(features);
    for (const [column, feature] of features.entries()) {
      const target = (firsts[index] ?? 0) + column;
      if (own.get(feature) === 1) scope.add(feature, target, -1);
      if (counts.get(feature) === 1 && !top.has(feature)) top.add(feature, target, -1);
    }
    return scope;
  });
  return { top, within };
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
