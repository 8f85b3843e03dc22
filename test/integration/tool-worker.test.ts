import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileOf, openModelDirectory } from '../../src/models/model-directory.js';
import type { ProbeTask } from '../../src/protocol/tools.js';
import { ToolWorker } from '../../src/tools/tool-worker.js';
import { WorkerBoard } from '../support/board.js';
import { FakeClock } from '../support/fake-clock.js';
import { fixtureModel } from '../support/paths.js';

const toolWorkerFile = WorkerBoard.workerFile('blocking-tool');
const probe: ProbeTask = { kind: 'probe', providers: ['cpu'] };

describe('the worker of a tool', () => {
  let board: WorkerBoard;
  let clock: FakeClock;
  let worker: ToolWorker;

  beforeEach(() => {
    board = new WorkerBoard();
    clock = new FakeClock();
  });
  afterEach(async () => {
    board.set('released', 1);
    let isClosed = false;
    const closing = worker.close().then(() => {
      isClosed = true;
    });
    for (; !isClosed; await turn()) clock.advance(50);
    await closing;
  });

  /** Lets time pass until the task has failed. @returns with what, and after how many seconds. */
  async function failure(task: Promise<unknown>): Promise<{ error: unknown; seconds: number }> {
    let error: unknown = null;
    const failing = task.catch((reason: unknown) => {
      error = reason;
    });
    let seconds = 0;
    for (; error === null && seconds < 3_600; seconds += 1) {
      clock.advance(1_000);
      await turn();
    }
    await failing;
    return { error, seconds };
  }

  it('is given up where nothing is heard of it for ten minutes', async () => {
    const model = fileOf(await openModelDirectory(fixtureModel('sqrt')));
    board.set('blocksInRuntime', 1);
    worker = new ToolWorker({ toolWorkerFile, clock });
    const task = worker.run({ kind: 'optimize', model, outPath: '/nowhere/model.onnx', level: 'basic' });
    await board.becomes('blocked', 1);
    const { error, seconds } = await failure(task);
    expect(error).toMatchObject({
      code: 'ERR_WORKER_LOST',
      message: expect.stringContaining('hangs: nothing was heard'),
    });
    expect(seconds).toBeGreaterThanOrEqual(600);
  });

  it('may be silent for as long as it has nothing to do', async () => {
    worker = new ToolWorker({ toolWorkerFile, clock });
    expect(await worker.run(probe)).toMatchObject({ runtimeVersion: '1.29.0' });
    for (let second = 0; second < 3_600; second += 1) clock.advance(1_000);
    expect(await worker.run(probe)).toMatchObject({ runtimeVersion: '1.29.0' });
  });

  it('is refused where its file never says hello', async () => {
    board.set('blocksInFile', 1);
    worker = new ToolWorker({ toolWorkerFile, clock });
    await board.becomes('blocked', 1);
    const { error, seconds } = await failure(worker.run(probe));
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path: 'toolWorkerFile' }] });
    expect(seconds).toBe(20);
  });
});
