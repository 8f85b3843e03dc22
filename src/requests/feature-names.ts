import type { DescribedInput } from './feature-slots.js';

/** The meaning of a name. */
interface NamedTarget {
  name: string;
  /** The number of a feature; or −1 − the number of an input with several features. */
  target: number;
  /** The number of the input that has this name, because an input may be given as an array or object too; −1 for a feature. */
  input: number;
}

/** The field names that an object may have: those of all features, or of one input's features. */
export class NameScope {
  readonly names: readonly string[];
  /** The targets (see `NamedTarget`), by the position of the name. */
  readonly targets: Int32Array;
  readonly inputs: Int32Array;
  /**
   * The name that followed each name in the last object, because the next object probably repeats the order. [0] is the first name; [n + 1]
   * is the name after n.
   */
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

/** The meaning of the names in a request's features. */
export interface FeatureNames {
  /** The names at the top level: inputs, and features whose name no input and no other feature has. */
  readonly top: NameScope;
  /** The names within each input; empty if its features have no names. */
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
    // No spread here: a call takes fewer arguments than a model may have features.
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
