import type { FeatureArray, FeatureValue } from './api/request.js';
import type { Scorer } from './api/scorer.js';
import type { ManifestInput } from './models/manifest.js';
import { isFloatType } from './protocol/input-values.js';

/** Requests that are scored one after the other, in each of the forms that hosts give features in. */
const single = 60;
/** Lists of requests that are scored together, and how long they are. */
const lists = 12;
const maxListLength = 64;
/** Values in all the features of a list at most, so that a model with very many features does not make a start long. */
const maxListValues = 100_000;

/** What is rehearsed: a `FraudScorer`. */
export interface Rehearsed extends Scorer {
  scoreColumns(columns: Readonly<Record<string, FeatureArray>>, rows: number): Promise<unknown>;
  summary(): unknown;
}

/**
 * Scores made-up requests on a scorer whose batches come back at once, without workers. Node.js compiles a function when it is first
 * called, and optimises it after some hundred calls: without a rehearsal the host's first requests pay for that, a few milliseconds.
 *
 * @param scorer one that is thrown away afterwards: what it counts is of nobody.
 * @param inputs of the model that will serve, so that what is compiled fits them.
 */
export async function rehearse(scorer: Rehearsed, inputs: readonly ManifestInput[]): Promise<void> {
  const asViews = { features: featuresOf(inputs, (input) => viewOf(input, 1)) };
  const asNumbers = {
    id: 'rehearsal',
    amount: 1,
    features: featuresOf(inputs, valuesOf),
  };
  const byName = inputs.some(({ features }) => features !== undefined)
    ? { features: featuresOf(inputs, (input) => namedOf(input) ?? valuesOf(input)) }
    : null;
  for (let index = 0; index < single; index += 1) {
    await settled(scorer.score(asNumbers));
    await settled(scorer.score(asViews, { timeoutMs: 1_000 }));
    if (byName !== null) await settled(scorer.score(byName));
  }
  const values = inputs.reduce((sum, { size }) => sum + size, 0);
  const listLength = Math.min(Math.max(Math.floor(maxListValues / values), 1), maxListLength);
  for (let index = 0; index < lists; index += 1) {
    const list = Array.from({ length: listLength }, (_, row) => (row % 2 === 0 ? asNumbers : asViews));
    await Promise.all(list.map((request) => settled(scorer.score(request))));
    await scorer.scoreMany(list);
    await settled(
      scorer.scoreColumns(
        featuresOf(inputs, (input) => viewOf(input, listLength)),
        listLength,
      ),
    );
  }
  scorer.summary();
  scorer.health();
}

function featuresOf<T>(inputs: readonly ManifestInput[], values: (input: ManifestInput) => T): Record<string, T> {
  return Object.fromEntries(inputs.map((input) => [input.name, values(input)]));
}

/** Zeros for some rows, in the form that is read fastest; texts where there are no numbers. */
function viewOf(input: ManifestInput, rows: number): FeatureArray {
  if (input.type !== 'string') return new Float32Array(input.size * rows);
  const values = valuesOf(input);
  return Array.from({ length: rows }, () => values).flat();
}

/** A value that each feature can have. */
function valuesOf({ size, type = 'float32', categories }: ManifestInput): FeatureValue[] {
  const value = type === 'string' ? '' : isFloatType(type) ? 0.5 : 1;
  return Array.from({ length: size }, (_, column) => categories?.[column]?.[0] ?? value);
}

/** null where the features have no names. */
function namedOf(input: ManifestInput): Record<string, FeatureValue> | null {
  const { features } = input;
  if (features === undefined) return null;
  const values = valuesOf(input);
  return Object.fromEntries(features.map((feature, column) => [feature, values[column]]));
}

/** Whatever comes of it: a rehearsal never fails. */
async function settled(answer: Promise<unknown>): Promise<void> {
  await answer.catch(() => {});
}
