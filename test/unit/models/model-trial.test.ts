import { describe, expect, it, vi } from 'vitest';
import { ModelInvalidError, WorkerLostError } from '../../../src/errors.js';
import { faultOfModel } from '../../../src/models/model-trial.js';
import type { WorkerPoolOptions } from '../../../src/pool/pool-options.js';
import type { FailedReport, WorkerReport } from '../../../src/protocol/serving.js';
import { untyped } from '../../support/untyped.js';

// What the one worker on the CPU comes to; memory that runs out and threads that can't be had are not to be had here.
const trial = vi.hoisted(() => ({
  report: null as WorkerReport | null,
  error: null as Error | null,
  asked: null as WorkerPoolOptions | null,
  isReleased: false,
}));
vi.mock('../../../src/pool/worker-pool.js', () => ({
  WorkerPool: {
    start: async (options: WorkerPoolOptions) => {
      trial.asked = options;
      if (trial.report !== null) options.check(trial.report);
      if (trial.error !== null) throw trial.error;
      return {
        release: async () => {
          trial.isReleased = true;
        },
      };
    },
  },
}));

const options = untyped<WorkerPoolOptions>({ workers: 8, config: { providers: ['cuda'] }, check: () => {} });

function failed(isModelSuspect: boolean): FailedReport {
  return { kind: 'failed', threadId: 1, code: 'ERR_MODEL_INVALID', message: 'cpu: no', isModelSuspect, graph: null };
}

function comesTo(report: WorkerReport | null, error: Error | null): Promise<Error | null> {
  Object.assign(trial, { report, error, isReleased: false });
  return faultOfModel(options, 'cuda: no');
}

describe('a model that no provider ran', () => {
  it('is not at fault where one worker runs it on the CPU, which is ended', async () => {
    expect(await comesTo(null, null)).toBeNull();
    expect(trial).toMatchObject({ isReleased: true, asked: { workers: 1, config: { providers: ['cpu'] } } });
  });

  it('is at fault where the CPU can not run it either', async () => {
    const error = await comesTo(failed(true), new ModelInvalidError("The model can't be run: cpu: no"));
    expect(error).toBeInstanceOf(ModelInvalidError);
    expect(error?.message).toBe("The model can't be run: cuda: no; cpu: no");
  });

  it('is at fault where its graph disagrees with the manifest, or the trial run shows what is wrong', async () => {
    const issues = [{ path: 'inputs[0]', expected: 'one', received: 'another' }];
    const error = new ModelInvalidError('It disagrees', issues);
    expect(await comesTo(failed(true), error)).toBe(error);
  });

  it('is not blamed where the memory ran out, or the worker could not be started', async () => {
    expect(await comesTo(failed(false), new ModelInvalidError("The model can't be run: cpu: no"))).toBeNull();
    expect(await comesTo(null, new WorkerLostError('no thread'))).toBeNull();
  });
});
