/** `score()` with 2,048 outstanding, for as long as it is told, and nothing else: what is profiled. */

import { FraudScorer } from 'fraud-scorer';
import { closedLoop } from '../load/closed-loop.js';
import { ReferenceRequests } from '../load/reference-requests.js';

const [model, workers, seconds] = process.argv.slice(2);
const requests = ReferenceRequests.generate();
const scorer = await FraudScorer.create({ model, workers: Number(workers) });
// A second to warm up, which the profile's reader leaves out.
await saturate(1_000);
await saturate(Number(seconds) * 1000);
await scorer.close();

function saturate(durationMs: number): Promise<number> {
  return closedLoop({ callers: 2_048, durationMs, call: (index) => scorer.score(requests.at(index)) });
}
