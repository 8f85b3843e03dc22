import { FraudScorer } from 'fraud-scorer';
import type { Contender } from '../alternate.js';
import { closedLoop } from '../load/closed-loop.js';
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
  const half = outstanding / 2;
  const lists = [requests.all.slice(0, half), requests.all.slice(half, outstanding)];
  const scored = (name: string, by: FraudScorer): Contender<number> => ({
    name,
    slice: (durationMs) =>
      closedLoop({ callers: outstanding, durationMs, call: (index) => by.score(requests.at(index)) }),
  });
  const tuned = resources.add(await FraudScorer.create({ model, workers, batching: 'auto' }));
  const contenders: Contender<number>[] = [
    scored('score()', scorer),
    scored(selfTuned, tuned),
    {
      name: 'scoreMany',
      slice: (durationMs) =>
        closedLoop({
          callers: 2,
          durationMs,
          rowsPerCall: half,
          call: async (index) => {
            const outcomes = await scorer.scoreMany(lists[index % 2] ?? []);
            if (outcomes.some(({ status }) => status === 'rejected'))
              throw new Error('scoreMany: a request was rejected');
          },
        }),
    },
  ];
  const workerFile = new URL('../rivals/instant-worker.mjs', import.meta.url);
  const instant = resources.add(await FraudScorer.create({ model, workers, workerFile }));
  contenders.push(scored(hostAlone, instant));
  const columns = requests.columns(columnRows);
  contenders.push({
    name: 'scoreColumns',
    slice: (durationMs) =>
      closedLoop({
        callers: 2,
        durationMs,
        rowsPerCall: columnRows,
        call: () => scorer.scoreColumns(columns, columnRows),
      }),
  });
  return contenders;
}
