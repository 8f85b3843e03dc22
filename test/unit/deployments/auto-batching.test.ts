import { readFileSync } from 'node:fs';
import { beforeEach, expect, it, vi } from 'vitest';
import { findBatching } from '../../../src/deployments/auto-batching.js';
import type { ModelProfile, ProfileEntry, ProfileModelOptions } from '../../../src/index.js';
import type { ModelDirectory } from '../../../src/models/model-directory.js';
import { fixtureModel } from '../../support/paths.js';
import { untyped } from '../../support/untyped.js';

// There is no GPU to be measured here.
const gpu = vi.hoisted(() => ({
  runMs: (sessions: number, rows: number): number => sessions * rows,
  isThere: true,
  mostSessions: 4,
  asked: [] as ProfileModelOptions[],
}));
vi.mock('../../../src/tools/profile-model.js', () => ({
  profileOpened: async (_: ModelDirectory, options: ProfileModelOptions): Promise<ModelProfile> => {
    gpu.asked.push(options);
    const provider = options.providers?.[0] ?? 'cpu';
    const isMeasured = provider === 'cpu' || gpu.isThere;
    const entries = (options.sessions ?? [1])
      .filter((count) => count <= gpu.mostSessions)
      .flatMap((sessions) =>
        (options.batchSizes ?? []).map((batchSize): ProfileEntry => {
          const ms = gpu.runMs(sessions, batchSize);
          return {
            ...{ provider, sessions, batchSize, latencyMs: { mean: ms, p50: ms, p99: ms } },
            ...{ rowsPerSecond: (sessions * batchSize * 1000) / ms, memoryGb: 1, memoryTotalGb: 80 },
          };
        }),
      );
    return { model: { name: 'm', version: '1' }, entries: isMeasured ? entries : [], unavailable: [], outOfMemory: [] };
  },
}));

const options = {
  directory: untyped<ModelDirectory>({}),
  providers: ['cuda', 'cpu'],
  devices: [3],
  workers: 16,
  areWorkersGiven: false,
  targetLatencyMs: 10,
} as const;

beforeEach(() => {
  gpu.isThere = true;
  gpu.mostSessions = 4;
  gpu.asked = [];
  gpu.runMs = (_, rows) => 0.2 + 0.0002 * rows;
});

it('a GPU gets as many workers as it can use, found on the first device', async () => {
  expect(await findBatching(options)).toMatchObject({ workers: 4, batching: { maxQueueDelayMs: 0 } });
  expect(gpu.asked).toMatchObject([{ providers: ['cuda'], device: 3, sessions: [1, 2, 4] }]);
  expect(await findBatching({ ...options, devices: [3, 5] })).toMatchObject({ workers: 8 });
});

it('a GPU that one session can use fully gets two workers, because one may have to be replaced', async () => {
  gpu.runMs = (sessions, rows) => sessions * (0.2 + 0.0002 * rows);
  expect(await findBatching(options)).toMatchObject({ workers: 2 });
  expect(await findBatching({ ...options, devices: [0, 1, 2] })).toMatchObject({ workers: 3 });
});

it('a GPU that has no room for two sessions has one worker', async () => {
  gpu.mostSessions = 1;
  expect(await findBatching(options)).toMatchObject({ workers: 1 });
  expect(await findBatching({ ...options, devices: [0, 1] })).toMatchObject({ workers: 2 });
});

it('two workers together get settings for what they can do together', async () => {
  gpu.runMs = (sessions, rows) => sessions ** 1.5 * (0.15 + 0.001 * rows);
  // One session would fill it, and have batches of 4,096 rows in time, which beside another take 12 ms.
  expect(await findBatching(options)).toMatchObject({ workers: 2, batching: { maxBatchSize: 1_024 } });
});

it('a model for which a GPU has no kernels is measured on the CPU alone', async () => {
  const file = readFileSync(`${fixtureModel('trees')}/model.onnx`);
  const bytes = new SharedArrayBuffer(file.length);
  new Uint8Array(bytes).set(file);
  const directory = untyped<ModelDirectory>({ bytes });
  expect(await findBatching({ ...options, directory })).toMatchObject({ workers: 16 });
  expect(gpu.asked).toMatchObject([{ providers: ['cpu'] }]);
});

it('there are never more workers than a scorer may have', async () => {
  const devices = Array.from({ length: 100 }, (_, device) => device);
  expect(await findBatching({ ...options, devices })).toMatchObject({ workers: 256 });
});

it('a given number of workers is kept, and that many are measured together', async () => {
  gpu.runMs = (sessions, rows) => sessions * (0.2 + 0.004 * rows);
  const given = { ...options, areWorkersGiven: true, workers: 5, devices: [0, 1] };
  // Three on the first device: 3 · (0.2 + 0.004 · 256) ms is within half the target, 1,024 rows are not.
  expect(await findBatching(given)).toMatchObject({ workers: 5, batching: { maxBatchSize: 256 } });
  expect(gpu.asked).toMatchObject([{ sessions: [1, 2, 3] }]);
});

it('the CPU is measured and used if the GPU does not work', async () => {
  gpu.isThere = false;
  expect(await findBatching(options)).toMatchObject({ workers: 16, batching: { maxQueueDelayMs: 0 } });
  expect(gpu.asked.map(({ providers }) => providers)).toEqual([['cuda'], ['cpu']]);
  expect(await findBatching({ ...options, providers: ['cuda'] })).toBeNull();
});
