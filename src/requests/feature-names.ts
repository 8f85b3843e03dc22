import type { DescribedInput } from './feature-slots.js';

/** What a name means. */
interface NamedTarget {
  name: string;
  /** The number of a feature; −1 − the input's number for an input of several features. */
  target: number;
  /** The number of the input that it is the name of, which may be given as an array or an object too; −1 for a feature. */
  input: number;
}

/** The names by which the fields of an object may be called: those of all features, or of one input's. */
export class NameScope {
  readonly names: readonly string[];
  /** As `NamedTarget` has them, by the name's place. */
  readonly targets: Int32Array;
  readonly inputs: Int32Array;
  /** What followed each name in the last object, which the next object is likely to repeat: [0] the first name's place, [n + 1] what followed n. */
  readonly next: Int32Array;
  readonly #places: ReadonlyMap<string, number>;

  constructor(list: readonly NamedTarget[]) {
    this.names = list.map(({ name }) => name);
    this.targets = Int32Array.from(list, ({ target }) => target);
    this.inputs = Int32Array.from(list, ({ input }) => input);
    this.next = Int32Array.from({ length: list.length + 1 }, (_, place) => place);
    this.#places = new Map(list.map(({ name }, place) => [name, place]));
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
  const top: NamedTarget[] = [];
  let first = 0;
  const firsts = inputs.map(({ name, size }, index) => {
    top.push({ name, target: size === 1 ? first : -1 - index, input: index });
    first += size;
    return first - size;
  });
  const taken = new Set(inputs.map(({ name }) => name));
  const within = inputs.map(({ features = [] }, index) => {
    const own = countsOf(features);
    const named = features.map((name, column) => ({ name, target: (firsts[index] ?? 0) + column, input: -1 }));
    // Not spread: a call takes fewer arguments than a model may have features.
    for (const one of named) if (counts.get(one.name) === 1 && !taken.has(one.name)) top.push(one);
    return new NameScope(named.filter(({ name }) => own.get(name) === 1));
  });
  return { top: new NameScope(top), within };
}

function countsOf(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
