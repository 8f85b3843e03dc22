import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions, type WorkerLostEvent } from '../../src/index.js';
import { WorkerBoard } from '../support/board.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const request = { features: { x: [0.25] } };
const patient = { timeoutMs: 25_000 };
const model = fixtureModel('sqrt');
const workerFile = WorkerBoard.workerFile('hanging');

describe('a worker that hangs inside the runtime', () => {
  let board: WorkerBoard;
  const open: FraudScorer[] = [];

  beforeEach(() => {
    board = new WorkerBoard();
  });
  afterEach(async () => {
    board.set('released', 1);
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({ model, workers: 1, workerFile, workerHangMs: 200, ...options });
    open.push(scorer);
    return scorer;
  }

  /** Has the next batch hang; resolves when its worker has been given up. */
  async function hang(scorer: FraudScorer): Promise<void> {
    board.set('hangs', 1);
    await expect(scorer.score(request, patient)).rejects.toMatchObject({
      code: 'ERR_WORKER_LOST',
      message: expect.stringContaining('hung'),
    });
  }

  it('is replaced, with an event and an alert until the next is ready', async () => {
    const scorer = await create();
    const lost = new Promise<WorkerLostEvent>((resolve) => scorer.once('workerLost', resolve));
    const raised = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    const cleared = new Promise<Alert>((resolve) => scorer.once('alertCleared', resolve));
    await hang(scorer);
    expect(await lost).toEqual({ version: '1', reason: 'it hung: nothing came back for 200 ms', readyWorkers: 0 });
    expect(await raised).toMatchObject({ rule: 'workers', value: 0, threshold: 1 });
    expect(await scorer.score(request, patient)).toMatchObject({ source: 'model', fraudProbability: 0.5 });
    expect((await cleared).rule).toBe('workers');
    expect(scorer.summary().workers).toMatchObject({ configured: 1, ready: 1, lost: 1 });
  });

  it('never gets its memory back to write into, even if it comes back later', async () => {
    const scorer = await create({ maxQueueSize: 16, batching: { maxBatchSize: 4 } });
    board.set('hangs', 1);
    const early = Array.from({ length: 4 }, () => scorer.score(request, { timeoutMs: 20 }));
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    for (const { status } of await Promise.allSettled(early)) expect(status).toBe('rejected');
    await lost;
    await scorer.score(request, patient);
    const requests = Array.from({ length: 2_000 }, (_, index) => ({ features: { x: [index / 2_000] } }));
    const scoring = scorer.scoreMany(requests, patient);
    board.set('released', 1);
    for (const [index, outcome] of (await scoring).entries()) {
      const expected = Math.fround(Math.sqrt(Math.fround(index / 2_000)));
      expect(outcome).toMatchObject({ status: 'fulfilled', value: { fraudProbability: expected } });
    }
  });

  it('loses the batch that it hangs in, and not the batch behind it', async () => {
    const scorer = await create({ batching: { maxBatchSize: 64 } });
    board.set('hangs', 1);
    const first = scorer.score(request, patient);
    // All of one turn: a batch of one is sent, and a full one behind it, as another full one waits.
    const others = Array.from({ length: 191 }, () => scorer.score(request, patient));
    const outcomes = await Promise.allSettled([first, ...others]);
    const lost = outcomes.filter(({ status }) => status === 'rejected');
    expect(lost).toHaveLength(64);
    expect(outcomes.slice(64).every(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('is ended after it has left the runtime, and until then there is no room for a third worker', async () => {
    const scorer = await create();
    await hang(scorer);
    await hang(scorer);
    expect(scorer.health()).toMatchObject({ status: 'unavailable', workers: 0 });
    const waiting = scorer.score(request, patient);
    board.set('released', 1);
    expect(await waiting).toMatchObject({ source: 'model', fraudProbability: 0.5 });
  });

  it('fails only the columns that it holds', async () => {
    const scorer = await create();
    const columns = { x: Float32Array.of(0.25, 0.81) };
    board.set('hangs', 1);
    const held = scorer.scoreColumns(columns, 2, patient);
    await expect(held).rejects.toMatchObject({ code: 'ERR_WORKER_LOST', message: expect.stringContaining('hung') });
    const { fraudProbability } = await scorer.scoreColumns(columns, 2, patient);
    expect([...fraudProbability]).toEqual([0.5, Math.fround(Math.sqrt(Math.fround(0.81)))]);
  });

  it('is not given up where workerHangMs is Infinity', async () => {
    const scorer = await create({ workerHangMs: Number.POSITIVE_INFINITY });
    board.set('hangs', 1);
    await expect(scorer.score(request, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    expect(scorer.summary().workers.lost).toBe(0);
  });
});

describe('the end of a host whose worker hangs', () => {
  /** A host whose first batch hangs for ever, and how long it took from the program's `ending()` to the exit. */
  const prelude = (options: string): string => `
    import { setEnvironmentData } from 'node:worker_threads';
    const board = new Int32Array(new SharedArrayBuffer(16));
    board[1] = 1;
    setEnvironmentData('board', board);
    const print = (message, fields) => console.error(message, JSON.stringify(fields));
    const scorer = await FraudScorer.create({
      model: ${JSON.stringify(model)},
      workerFile: ${JSON.stringify(workerFile)},
      workers: 1,
      logger: { info: () => {}, warn: print, error: print },
      ${options}
    });
    const scoring = scorer.score({ features: { x: [0.25] } }, { timeoutMs: 50 }).catch(() => {});
    const ending = () => {
      const start = performance.now();
      process.on('exit', () => console.log(\`ended after \${performance.now() - start} ms\`));
    };
    while (Atomics.load(board, 2) === 0) await new Promise((resolve) => setImmediate(resolve));
    await scoring;
  `;

  function endedAfterMs(output: string): number {
    return Number(/ended after ([\d.]+) ms/.exec(output)?.[1]);
  }

  it("has the host's own exit code after exitWaitMs, and the log says that a worker was abandoned", async () => {
    const { code, output } = await runHost(`${prelude('exitWaitMs: 300')} ending(); process.exit(3);`);
    expect(code).toBe(3);
    expect(output).toContain('The process ended while workers were running {"workers":1}');
    expect(endedAfterMs(output)).toBeGreaterThanOrEqual(300);
    expect(endedAfterMs(output)).toBeLessThan(2_000);
  });

  it.each([
    ['of one copy of the package', 'const Other = FraudScorer;'],
    [
      'of the ES module and the CommonJS form',
      `const { FraudScorer: Other } = createRequire(import.meta.url)(${JSON.stringify(projectPath('dist/index.cjs'))});`,
    ],
  ])('waits once for all scorers, %s', async (_, other) => {
    const program = `
      import { createRequire } from 'node:module';
      import { setEnvironmentData } from 'node:worker_threads';
      ${other}
      const board = new Int32Array(new SharedArrayBuffer(16));
      setEnvironmentData('board', board);
      const abandoned = [];
      const logger = { info() {}, warn() {}, error: (message) => abandoned.push(message) };
      const options = { model: ${JSON.stringify(model)}, workerFile: ${JSON.stringify(workerFile)}, workers: 1, exitWaitMs: 500, logger };
      const scorers = [];
      for (const Scorer of [FraudScorer, Other, FraudScorer, Other, FraudScorer, Other]) scorers.push(await Scorer.create(options));
      board[1] = scorers.length;
      for (const scorer of scorers) void scorer.score({ features: { x: [0.25] } }, { timeoutMs: Infinity });
      while (Atomics.load(board, 2) < scorers.length) await new Promise((resolve) => setImmediate(resolve));
      const start = performance.now();
      process.on('exit', () => console.log(abandoned.join(), \`ended after \${performance.now() - start} ms\`));
      process.exit(3);
    `;
    const { code, output } = await runHost(program);
    expect(code).toBe(3);
    expect(output.match(/The process ended while workers were running/g)).toHaveLength(6);
    expect(endedAfterMs(output)).toBeGreaterThanOrEqual(500);
    // One after the other they would take 3 s.
    expect(endedAfterMs(output)).toBeLessThan(1_500);
  });

  it('comes at once where exitWaitMs is 0', async () => {
    const { code, output } = await runHost(`${prelude('exitWaitMs: 0')} ending(); process.exit(3);`);
    expect(code).toBe(3);
    expect(endedAfterMs(output)).toBeLessThan(250);
  });

  it('comes by itself after close, which leaves the worker behind', async () => {
    const { code, output } = await runHost(`${prelude('exitWaitMs: 200')} ending(); await scorer.close();`);
    expect(code).toBe(0);
    expect(output).toContain('Scoring ended before all was done {"abandoned":0,"workersLeftBehind":true}');
    expect(endedAfterMs(output)).toBeLessThan(2_000);
  });

  it('comes by itself after close where it was replaced before', async () => {
    const program = `
      await new Promise((resolve) => scorer.once('workerLost', resolve));
      await scorer.score({ features: { x: [0.25] } }, { timeoutMs: 20_000 });
      ending();
      await scorer.close();
    `;
    const { code, output } = await runHost(prelude('exitWaitMs: 200, workerHangMs: 100,') + program);
    expect(code).toBe(0);
    expect(endedAfterMs(output)).toBeLessThan(2_000);
  });
});
