import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type ScoreResult } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';

const request = { features: { x: [0.25] } };

// After the ideas of Triton's L0_model_queue and L0_request_cancellation; see test/README.md.
describe('requests that wait, and those that leave early', () => {
  let gate: WorkerGate;
  let scorer: FraudScorer;

  beforeEach(async () => {
    gate = new WorkerGate();
    scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      maxQueueSize: 3,
      timeoutMs: 30_000,
      batching: { maxBatchSize: 3, targetLatencyMs: 60_000 },
    });
  });
  afterEach(async () => {
    gate.tell('pass');
    await scorer.close();
    gate.close();
  });

  /** Gives the one worker as much as it takes, and holds it there. */
  async function occupy(): Promise<Promise<ScoreResult>[]> {
    gate.tell('hold');
    const busy = [scorer.score(request), scorer.score(request), scorer.score(request)];
    await gate.arrived(1);
    return busy;
  }

  async function codeOf(promise: Promise<ScoreResult>): Promise<string> {
    const error: unknown = await promise.then(
      () => null,
      (reason: unknown) => reason,
    );
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'answered';
  }

  it('free their places in a full queue, and are not in the batch of later requests', async () => {
    const busy = await occupy();
    const impatient = scorer.score(request, { timeoutMs: 20 });
    const behind = [scorer.score(request), scorer.score(request)];
    expect(await codeOf(scorer.score(request))).toBe('ERR_QUEUE_FULL');
    expect(await codeOf(impatient)).toBe('ERR_DEADLINE_EXCEEDED');
    expect(scorer.summary().queue.depth).toBe(2);
    gate.tell('pass');
    const results = await Promise.all([...behind, ...busy]);
    expect(results[0]).toMatchObject({ timing: { batchSize: 2 } });
    expect(results[1]).toMatchObject({ timing: { batchSize: 2 } });
  });

  it("go by their own timeoutMs, shorter or longer than the scorer's", async () => {
    await scorer.close();
    scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      timeoutMs: 60,
    });
    gate.tell('hold');
    const codes: string[] = [];
    const note = (name: string, promise: Promise<ScoreResult>): Promise<unknown> =>
      codeOf(promise).then((code) => codes.push(`${name} ${code}`));
    const longer = note('longer', scorer.score(request, { timeoutMs: 30_000 }));
    await Promise.all([
      note('default', scorer.score(request)),
      note('shorter', scorer.score(request, { timeoutMs: 10 })),
    ]);
    gate.tell('pass');
    await longer;
    expect(codes).toEqual(['shorter ERR_DEADLINE_EXCEEDED', 'default ERR_DEADLINE_EXCEEDED', 'longer answered']);
  });

  it('overtake lower priorities that came shortly before, and share a batch by priority', async () => {
    const busy = await occupy();
    const settled: string[] = [];
    const note = (name: string, promise: Promise<ScoreResult>): Promise<unknown> =>
      promise.then(() => settled.push(name));
    const waiting = [
      note('low', scorer.score(request, { priority: -10 })),
      note('usual', scorer.score(request)),
      note('high', scorer.score(request, { priority: 10 })),
    ];
    gate.tell('pass');
    await Promise.all([...waiting, ...busy]);
    expect(settled).toEqual(['high', 'usual', 'low']);
  });

  it('never run if they are cancelled while they wait', async () => {
    const busy = await occupy();
    const controller = new AbortController();
    const cancelled = scorer.score(request, { signal: controller.signal });
    const behind = [scorer.score(request), scorer.score(request)];
    controller.abort();
    expect(await codeOf(cancelled)).toBe('ERR_ABORTED');
    gate.tell('pass');
    for (const promise of behind) expect(await promise).toMatchObject({ timing: { batchSize: 2 } });
    await Promise.all(busy);
    expect(scorer.summary().requests).toMatchObject({ total: 6, succeeded: 5, cancelled: 1 });
  });

  it('leave their neighbours in a running batch alone, and are settled before it comes back', async () => {
    gate.tell('hold');
    const controller = new AbortController();
    const cancelled = scorer.score(request, { signal: controller.signal });
    const neighbours = [scorer.score(request), scorer.score(request)];
    await gate.arrived(1);
    controller.abort();
    expect(await codeOf(cancelled)).toBe('ERR_ABORTED');
    expect(scorer.summary().queue.inFlight).toBe(3);
    gate.tell('pass');
    for (const promise of neighbours)
      expect(await promise).toMatchObject({ source: 'model', timing: { batchSize: 3 } });
    expect(scorer.summary().requests).toMatchObject({ total: 3, succeeded: 2, cancelled: 1 });
  });

  it('cannot be cancelled after they are answered', async () => {
    const controller = new AbortController();
    const promise = scorer.score(request, { signal: controller.signal });
    const result = await promise;
    controller.abort();
    expect(await promise).toBe(result);
    expect(scorer.summary().requests).toMatchObject({ total: 1, succeeded: 1, cancelled: 0 });
  });

  it('are not batched if they are cancelled in the turn in which they were sent', async () => {
    const controller = new AbortController();
    const cancelled = scorer.score(request, { signal: controller.signal });
    const other = scorer.score(request);
    controller.abort();
    expect(await codeOf(cancelled)).toBe('ERR_ABORTED');
    expect(await other).toMatchObject({ timing: { batchSize: 1 } });
  });
});
