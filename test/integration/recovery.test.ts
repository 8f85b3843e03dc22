import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions, type WorkerLostEvent } from '../../src/index.js';
import { FaultBoard } from '../chaos/faults/fault-board.js';
import { WorkerBoard } from '../support/board.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';

const request = { features: { x: [0.25] } };
const killing = { features: { x: [-1000] } };
const patient = { timeoutMs: 25_000 };
const open: FraudScorer[] = [];

async function create(options: FraudScorerOptions): Promise<FraudScorer> {
  const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, ...options });
  open.push(scorer);
  return scorer;
}

async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((scorer) => scorer.close()));
}

function nextLoss(scorer: FraudScorer): Promise<WorkerLostEvent> {
  return new Promise((resolve) => scorer.once('workerLost', resolve));
}

/** One poison row among others, none of which is to suffer by it. */
async function scoreAround(scorer: FraudScorer, poison: number): Promise<string[]> {
  const requests = Array.from({ length: 65 }, (_, index) => ({
    features: { x: [index === 31 ? poison : 0.25] },
  }));
  const outcomes = await scorer.scoreMany(requests, patient);
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? String(outcome.value.fraudProbability) : outcome.reason.code,
  );
}

const answersAround = (answer: string, code: string): string[] =>
  Array.from({ length: 65 }, (_, index) => (index === 31 ? code : answer));

describe('a worker that dies', () => {
  let gate: WorkerGate;

  beforeEach(() => {
    gate = new WorkerGate();
  });
  afterEach(async () => {
    gate.tell('pass');
    await closeAll();
    gate.close();
  });

  it('without an open task is replaced', async () => {
    const scorer = await create({ workerFile: gate.workerFile });
    const lost = nextLoss(scorer);
    gate.tell('exit now');
    expect(await lost).toEqual({ version: '1', reason: 'it exited with code 7', readyWorkers: 0 });
    expect(scorer.health()).toMatchObject({ status: 'unavailable', ready: false });
    // It waits for the replacement.
    expect(await scorer.score(request, patient)).toMatchObject({ source: 'model' });
    expect(scorer.summary().workers).toMatchObject({ configured: 1, ready: 1, lost: 1 });
    expect(scorer.health().status).toBe('ok');
  });

  it.each([
    ['exit', 'it exited with code 7'],
    ['throw', 'an exception outside the task'],
    ['run out of memory', expect.stringContaining('memory')],
  ] as const)('by %s has its batch answered by its replacement', async (how, reason) => {
    const scorer = await create({ workerFile: gate.workerFile, resourceLimits: { maxOldGenerationSizeMb: 64 } });
    const lost = nextLoss(scorer);
    gate.tell(how);
    const result = await scorer.score(request, patient);
    expect(result).toMatchObject({ source: 'model', fraudProbability: 0.5 });
    expect(await lost).toEqual({ version: '1', reason, readyWorkers: 0 });
    expect(scorer.summary()).toMatchObject({ workers: { ready: 1, lost: 1 }, requests: { total: 1, succeeded: 1 } });
  });

  it.each([
    ['its batch, while others wait,', 4, 0, ['batch']],
    ['both its batches, where columns wait too,', 4, 1, ['batch', 'batch']],
    ['its batch and its chunk of columns', 2, 2, ['batch', 'columns']],
  ])('has %s answered by another', async (_, requests, chunks, inHand) => {
    const scorer = await create({ workerFile: gate.workerFile, workers: 2, batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const promises = Array.from({ length: requests }, () => scorer.score(request, patient));
    const rows = chunks * 1_024;
    const columns = chunks === 0 ? null : scorer.scoreColumns({ x: new Float32Array(rows).fill(0.25) }, rows, patient);
    const arrivals = await gate.arrived(2 * inHand.length);
    const [first] = arrivals;
    const held = arrivals.filter(({ threadId }) => threadId === first?.threadId);
    expect(held.map(({ arrived }) => arrived)).toEqual(inHand);
    gate.tell('exit', first?.threadId);
    await nextLoss(scorer);
    gate.tell('pass');
    expect(await Promise.all(promises)).toMatchObject(new Array(requests).fill({ source: 'model' }));
    expect((await columns)?.fraudProbability.every((score) => score === 0.5) ?? true).toBe(true);
    expect(scorer.summary().workers.lost).toBe(1);
  });

  it('does not affect requests that expire meanwhile', async () => {
    const scorer = await create({ workerFile: gate.workerFile, workers: 2, batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const promise = scorer.score(request, { timeoutMs: 100 });
    const [first] = await gate.arrived(1);
    gate.tell('exit', first?.threadId);
    // The other worker, which holds what comes to it, has it when it expires.
    await expect(promise).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    gate.tell('pass');
    expect(await scorer.score(request, patient)).toMatchObject({ source: 'model' });
    expect(scorer.summary().requests).toMatchObject({ total: 2, succeeded: 1, expired: 1 });
  });

  it('survives an error of its handler, whose message is not quoted', async () => {
    const scorer = await create({ workerFile: gate.workerFile });
    gate.tell('throw in the task');
    const error = await scorer.score(request, patient).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_INFERENCE' });
    expect(String(error)).not.toContain('4111');
    expect(scorer.summary().workers).toMatchObject({ ready: 1, lost: 0 });
  });
});

describe('# a runtime failure that does not repeat', () => {
  afterEach(closeAll);

  it.each(['failure', 'short'] as const)(
    '%s: costs neither a lone request nor a call in columns its answer',
    async (fault) => {
      const board = new FaultBoard();
      const scorer = await create({ workerFile: board.workerFile });
      board.add(fault);
      expect(await scorer.score(request, patient)).toMatchObject({ source: 'model', fraudProbability: 0.5 });
      board.add(fault);
      const scores = await scorer.scoreColumns({ x: Float32Array.of(0.25, 0.25, 0.25) }, 3);
      expect([...scores.fraudProbability]).toEqual([0.5, 0.5, 0.5]);
      expect(board.fired(fault)).toBe(2);
      const { requests, business } = scorer.summary();
      expect([requests.succeeded, requests.failed, business.total]).toEqual([2, 0, 4]);
    },
  );
});

describe('a row', () => {
  afterEach(closeAll);

  it.each([1, 2])('that kills any of %d workers fails alone', async (workers) => {
    const scorer = await create({ workers, workerFile: WorkerBoard.workerFile('poisoned') });
    expect(await scoreAround(scorer, -1000)).toEqual(answersAround('0.5', 'ERR_WORKER_LOST'));
    expect(scorer.summary().requests).toMatchObject({ total: 65, succeeded: 64, failed: 1 });
    // As it is, alone, in a sixteenth, and by itself.
    expect(scorer.summary().workers.lost).toBe(4);
  });

  it('that kills its worker does not make its neighbours fail', async () => {
    // 65 rows in five batches. Where columns wait too, a worker has two at a time: the other of the two dies with it.
    const workerFile = WorkerBoard.workerFile('poisoned');
    const scorer = await create({ workers: 2, workerFile, batching: { maxBatchSize: 16 } });
    const answers = scoreAround(scorer, -1000);
    const columns = scorer.scoreColumns({ x: Float32Array.of(0.25) }, 1, patient);
    expect(scorer.summary().queue).toMatchObject({ depth: 1, inFlight: 64 });
    expect(await answers).toEqual(answersAround('0.5', 'ERR_WORKER_LOST'));
    expect([...(await columns).fraudProbability]).toEqual([0.5]);
    // With its neighbour, alone, and by itself.
    expect(scorer.summary().workers.lost).toBe(3);
  });

  it('on which the runtime fails is the only one that fails', async () => {
    const scorer = await create({ model: fixtureModel('failing') });
    const probability = String(Math.fround(0.1));
    expect(await scoreAround(scorer, 77)).toEqual(answersAround(probability, 'ERR_INFERENCE'));
    expect(scorer.summary().requests).toMatchObject({ total: 65, succeeded: 64, failed: 1 });
  });
});

describe('a worker that can not be replaced', () => {
  afterEach(closeAll);

  it('is tried again until it can, and the pool is unavailable until then', async () => {
    const board = new WorkerBoard();
    const errors: string[] = [];
    const scorer = await create({
      workerFile: WorkerBoard.workerFile('stillborn'),
      logger: { info: () => {}, warn: () => {}, error: (message) => errors.push(message) },
    });
    const alerts: Alert[] = [];
    scorer.on('alert', (alert) => alerts.push(alert));
    const cleared = new Promise<Alert>((resolve) => scorer.once('alertCleared', resolve));
    board.set('startsToFail', 3);
    // Its second death is its own doing: only then is it known that it was not the worker's.
    await expect(scorer.score(killing, patient)).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' });
    expect(await scorer.score(request, patient)).toMatchObject({ source: 'model' });
    expect(errors).toContain('A worker could not be replaced');
    expect(alerts).toMatchObject([{ rule: 'workers', value: 0, threshold: 1, severity: 'critical' }]);
    expect((await cleared).rule).toBe('workers');
    expect(scorer.health()).toMatchObject({ status: 'ok', workers: 1 });
  });

  it('does not make callers wait beyond their deadline, and does not delay close', async () => {
    const board = new WorkerBoard();
    const scorer = await create({ workerFile: WorkerBoard.workerFile('stillborn') });
    board.set('startsToFail', 1_000_000);
    const held = scorer.score(killing, { timeoutMs: Number.POSITIVE_INFINITY });
    await nextLoss(scorer);
    await expect(scorer.score(request, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    const waiting = scorer.score(request, { timeoutMs: Number.POSITIVE_INFINITY });
    const closing = scorer.close({ timeoutMs: 0 });
    await expect(held).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect((await closing).abandoned).toBe(2);
  });
});
