import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type ModelResult, type ScoreResult } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';

const request = { features: { x: [0.25] } };

/** How many shared each one's batch. */
function batchSizes(results: readonly ScoreResult[]): number[] {
  return results.map((result) => modelResult(result).timing.batchSize);
}

function modelResult(result: ScoreResult | undefined): ModelResult {
  if (result?.source !== 'model') throw new Error('not answered by the model');
  return result;
}

// After the ideas of Triton's L0_batcher; see test/README.md.
describe('batches, as a caller sees them', () => {
  let gate: WorkerGate;
  let scorer: FraudScorer;

  beforeEach(() => {
    gate = new WorkerGate();
  });
  afterEach(async () => {
    gate.tell('pass');
    await scorer.close();
    gate.close();
  });

  async function create(batching: { maxBatchSize: number; maxQueueDelayMs?: number }): Promise<void> {
    scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      timeoutMs: 60_000,
      // Out of the way: batches are capped by their size and their delay alone.
      batching: { targetLatencyMs: 60_000, ...batching },
    });
  }

  function score(count: number): Promise<ScoreResult>[] {
    return Array.from({ length: count }, () => scorer.score(request));
  }

  it('go as soon as a worker is idle where they are full, however long others might be waited for', async () => {
    await create({ maxBatchSize: 4, maxQueueDelayMs: 20_000 });
    const results = await Promise.all(score(8));
    expect(batchSizes(results)).toEqual(new Array(8).fill(4));
    for (const result of results) expect(modelResult(result).timing.queueMs).toBeLessThan(20_000);
  });

  it('leave back rows that do not fill another batch, which wait for others as long as allowed', async () => {
    await create({ maxBatchSize: 4, maxQueueDelayMs: 100 });
    const results = await Promise.all(score(6));
    expect(batchSizes(results)).toEqual([4, 4, 4, 4, 2, 2]);
    expect(modelResult(results[5]).timing.queueMs).toBeGreaterThanOrEqual(100);
  });

  it('include requests that come while the first one waits', async () => {
    await create({ maxBatchSize: 4, maxQueueDelayMs: 20_000 });
    const early = score(3);
    await new Promise((resolve) => setImmediate(resolve));
    expect(scorer.summary().queue.depth).toBe(3);
    expect(batchSizes(await Promise.all([...early, ...score(1)]))).toEqual([4, 4, 4, 4]);
  });

  it('contain the oldest requests that wait behind a busy worker, and are as full as possible', async () => {
    await create({ maxBatchSize: 4 });
    gate.tell('hold');
    const busy = score(4);
    await gate.arrived(1);
    const settled: number[] = [];
    const waiting = score(10).map((promise, index) => promise.finally(() => settled.push(index)));
    gate.tell('pass');
    expect(batchSizes(await Promise.all(waiting))).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 2, 2]);
    expect(settled).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(batchSizes(await Promise.all(busy))).toEqual([4, 4, 4, 4]);
  });
});
