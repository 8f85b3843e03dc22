import type { ReferenceFeatures } from './feature-builder.js';
import { FEATURES, type ReferenceInput } from './features.js';

/** The model's features by name, without their inputs. */
export type NamedFeatures = Record<string, number>;

const names = Object.entries(FEATURES).map(([input, list]) => ({
  input: input as ReferenceInput,
  names: list.map(({ name }) => name),
}));

/** A copy of it is faster than an object that grows name by name. */
const empty: NamedFeatures = Object.fromEntries(names.flatMap(({ names }) => names.map((name) => [name, 0])));

/** The same features by name, as `score({ features })` takes them too: `{ amount_log: 2.56, is_night: 0, … }`. */
export function namedFeatures(features: ReferenceFeatures): NamedFeatures {
  const named = { ...empty };
  for (const { input, names: columns } of names) {
    const values = features[input];
    for (let column = 0; column < columns.length; column += 1) named[columns[column] as string] = values[column] ?? 0;
  }
  return named;
}
