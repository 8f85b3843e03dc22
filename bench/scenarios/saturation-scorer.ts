import { FraudScorer } from 'fraud-scorer';
import type { Contender } from '../alternate.js';
import { saturateColumns, saturateMany, saturateScore } from '../load/saturate.js';
import type { Resources } from '../resources.js';
import type { ScenarioContext } from './scenario.js';

/** The whole of it over workers that compute nothing: what the host and the hand-over can do at most. */
export const hostAlone = 'score(), nothing computed';

/** With the batches that it finds for itself, which are larger than the default's. */
const selfTuned = "score(), batching: 'auto'";

/** The three ways to have transactions scored, as many in flight with each. */
export async function scorerContenders(
  { settings, requests }: ScenarioContext,
  workers: number,
  resources: Resources,
): Promise<Contender<number>[]> {
  const { model, outstanding, columnRows } = settings;
  const scorer = resources.add(await FraudScorer.create({ model, workers }));
  const tuned = resources.add(await FraudScorer.create({ model, workers, batching: 'auto' }));
  const workerFile = new URL('../rivals/instant-worker.mjs', import.meta.url);
  const instant = resources.add(await FraudScorer.create({ model, workers, workerFile }));
  return [
    { name: 'score()', slice: saturateScore(scorer, requests, outstanding) },
    { name: selfTuned, slice: saturateScore(tuned, requests, outstanding) },
    { name: 'scoreMany', slice: saturateMany(scorer, requests, outstanding) },
    { name: hostAlone, slice: saturateScore(instant, requests, outstanding) },
    { name: 'scoreColumns', slice: saturateColumns(scorer, requests, columnRows) },
  ];
}
