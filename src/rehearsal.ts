import type { FeatureMap } from './api/request.js';
import type { Scorer } from './api/scorer.js';
import type { RowLayout } from './requests/row-layout.js';

/** Requests that are scored one after the other, in each of the two forms that hosts give features in. */
const single = 60;
/** Lists of requests that are scored together, and how long they are. */
const lists = 12;
const maxListLength = 64;
/** Values in all the features of a list at most, so that a model with very many features does not make a start long. */
const maxListValues = 100_000;

/** What is rehearsed: a `FraudScorer`. */
export interface Rehearsed extends Scorer {
  scoreColumns(columns: FeatureMap, rows: number): Promise<unknown>;
  summary(): unknown;
}

/**
 * Scores made-up requests on a scorer whose batches come back at once, without workers. Node.js compiles a function when it is first
 * called, and optimises it after some hundred calls: without a rehearsal the host's first requests pay for that, a few milliseconds.
 *
 * @param scorer one that is thrown away afterwards: what it counts is of nobody.
 * @param layout of the model that will serve, so that what is compiled fits its inputs.
 */
export async function rehearse(scorer: Rehearsed, layout: RowLayout): Promise<void> {
  const asViews = { features: featuresOf(layout, (size) => new Float32Array(size)) };
  const asNumbers = {
    id: 'rehearsal',
    amount: 1,
    features: featuresOf(layout, (size) => Array.from({ length: size }, () => 0.5)),
  };
  for (let index = 0; index < single; index += 1) {
    await settled(scorer.score(asNumbers));
    await settled(scorer.score(asViews, { timeoutMs: 1_000 }));
  }
  const listLength = Math.min(Math.max(Math.floor(maxListValues / layout.size), 1), maxListLength);
  for (let index = 0; index < lists; index += 1) {
    const list = Array.from({ length: listLength }, (_, row) => (row % 2 === 0 ? asNumbers : asViews));
    await Promise.all(list.map((request) => settled(scorer.score(request))));
    await scorer.scoreMany(list);
    await settled(
      scorer.scoreColumns(
        featuresOf(layout, (size) => new Float32Array(size * listLength)),
        listLength,
      ),
    );
  }
  scorer.summary();
  scorer.health();
}

function featuresOf<T>({ inputs }: RowLayout, values: (size: number) => T): Record<string, T> {
  return Object.fromEntries(inputs.map(({ name, size }) => [name, values(size)]));
}

/** Whatever comes of it: a rehearsal never fails. */
async function settled(answer: Promise<unknown>): Promise<void> {
  await answer.catch(() => {});
}
