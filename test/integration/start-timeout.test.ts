import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions, profileModel } from '../../src/index.js';
import { WorkerBoard } from '../support/board.js';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

/** A model directory on a file system that does not answer. */
const unanswered = '/on/a/file/system/that/does/not/answer';
vi.mock('../../src/models/model-directory.js', async (original) => {
  const real = await original<typeof import('../../src/models/model-directory.js')>();
  return {
    ...real,
    openModelDirectory: (directory: string) =>
      directory === unanswered ? new Promise(() => {}) : real.openModelDirectory(directory),
  };
});

const model = fixtureModel('sqrt');
const workerFile = WorkerBoard.workerFile('blocking');
const toolWorkerFile = WorkerBoard.workerFile('blocking-tool');
const request = { features: { x: [0.25] } };
const killing = { features: { x: [-1000] } };
const patient = { timeoutMs: 25_000 };

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
  const scorer = await FraudScorer.create({ model, workers: 1, workerFile, ...options });
  open.push(scorer);
  return scorer;
}

async function refusal(options: FraudScorerOptions): Promise<string> {
  const error: unknown = await create({ startTimeoutMs: 300, ...options }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'ERR_START_TIMEOUT' });
  return String(error);
}

describe('create, where it takes longer than startTimeoutMs,', () => {
  it.each([
    [
      'a worker that hangs in the runtime',
      'blocksInRuntime',
      /: 2 of 2 workers were not ready: 2 loaded the runtime or/,
    ],
    [
      'a file that hangs',
      'blocksInFile',
      /2 of 2 workers were not ready: 2 loaded the worker's file \(file:.*blocking-w/,
    ],
  ] as const)('says so about %s, and leaves nothing behind after it has come back', async (_, place, message) => {
    const listeners = process.listenerCount('exit');
    board.set(place, 1_000);
    expect(await refusal({ workers: 2, startTimeoutMs: 1_500 })).toMatch(message);
    board.set('released', 1);
    while (process.listenerCount('exit') > listeners) await turn();
  });

  it('says so of one worker of two', async () => {
    board.set('blocksInRuntime', 1);
    expect(await refusal({ workers: 2, startTimeoutMs: 2_000 })).toMatch(
      /: 1 of 2 workers were not ready: 1 loaded the/,
    );
  });

  it('does not wait for exitWaitMs', async () => {
    board.set('blocksInRuntime', 1_000);
    expect(await refusal({ exitWaitMs: 600_000 })).toContain('startTimeoutMs of 300');
  });

  it('says so of a worker that hangs over its first task, and ends it', async () => {
    const listeners = process.listenerCount('exit');
    const options = { workerFile: WorkerBoard.workerFile('warming'), workerHangMs: Number.POSITIVE_INFINITY };
    expect(await refusal({ ...options, startTimeoutMs: 1_500 })).toContain(': the workers were warming up');
    while (process.listenerCount('exit') > listeners) await turn();
  });

  it('says so of a file system that does not answer', async () => {
    expect(await refusal({ model: unanswered })).toContain(`: reading the model directory ${unanswered}`);
  });

  it.each(['blocksInRuntime', 'blocksInFile'] as const)(
    "says so of the measurement of batching: 'auto': %s",
    async (place) => {
      board.set(place, 1_000);
      expect(await refusal({ batching: 'auto', toolWorkerFile })).toContain(
        ": measuring the model for batching: 'auto'",
      );
    },
  );

  it('lets the process end by itself, without waiting', async () => {
    const { code, output } = await runHost(`
      import { setEnvironmentData } from 'node:worker_threads';
      const board = new Int32Array(new SharedArrayBuffer(28));
      board[5] = 1_000;
      setEnvironmentData('board', board);
      const options = ${JSON.stringify({ model, workerFile, workers: 2, startTimeoutMs: 200, exitWaitMs: 100 })};
      await FraudScorer.create(options).catch(({ code }) => console.log(code));
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'ERR_START_TIMEOUT\n' });
  });

  it('has no bound where startTimeoutMs is Infinity', async () => {
    board.set('blocksInRuntime', 1);
    const creating = create({ startTimeoutMs: Number.POSITIVE_INFINITY, workerHangMs: 50 });
    await board.becomes('blocked', 1);
    board.set('released', 1);
    expect((await creating).health()).toMatchObject({ status: 'ok', workers: 1 });
  });
});

describe('a replacement that hangs while it starts', () => {
  it('raises the alert after workerHangMs, and is given up after startTimeoutMs for another', async () => {
    const scorer = await create({ workerHangMs: 100, startTimeoutMs: 2_000 });
    const raised = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    const cleared = new Promise<Alert>((resolve) => scorer.once('alertCleared', resolve));
    board.set('blocksInRuntime', 1);
    await expect(scorer.score(killing, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    expect(await raised).toMatchObject({
      rule: 'workers',
      message: expect.stringMatching(/^0 of 1 workers are ready: a worker has been starting for 100 ms\. Look at /),
    });
    expect(scorer.health()).toMatchObject({ status: 'unavailable', ready: false });
    // The one that hangs is never let go.
    expect(await scorer.score(request, patient)).toMatchObject({ source: 'model', fraudProbability: 0.5 });
    expect((await cleared).rule).toBe('workers');
    expect(scorer.health()).toMatchObject({ status: 'ok', workers: 1 });
  });

  it('is ready after all where it only takes long', async () => {
    const warnings: string[] = [];
    const logger = { info: () => {}, warn: (message: string) => warnings.push(message), error: () => {} };
    const scorer = await create({ workerHangMs: 100, logger });
    const raised = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    const cleared = new Promise<Alert>((resolve) => scorer.once('alertCleared', resolve));
    board.set('blocksInFile', 1);
    await expect(scorer.score(killing, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    await raised;
    board.set('released', 1);
    await cleared;
    expect(warnings).toContain('A worker takes long to start');
    expect(scorer.summary().workers).toMatchObject({ ready: 1, lost: 1 });
  });

  it('does not delay close', async () => {
    const scorer = await create({ workerHangMs: 100, exitWaitMs: 200 });
    const raised = new Promise((resolve) => scorer.once('alert', resolve));
    board.set('blocksInRuntime', 1_000);
    await expect(scorer.score(killing, { timeoutMs: 100 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    await raised;
    expect((await scorer.close({ timeoutMs: 100 })).abandoned).toBe(0);
  });
});

it("profileModel ends with its signal's reason though its worker hangs", async () => {
  board.set('blocksInRuntime', 1_000);
  const controller = new AbortController();
  const profiling = profileModel(model, { providers: ['cpu'], toolWorkerFile, signal: controller.signal });
  await board.becomes('blocked', 1);
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(profiling).rejects.toBe(reason);
});
