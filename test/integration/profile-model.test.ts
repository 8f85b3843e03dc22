import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { profileModel, recommendBatchSize } from '../../src/index.js';
import { fixtureModel, goldenModel, projectPath } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe('profileModel', () => {
  it('measures latency, throughput and memory at each batch size, and says why a provider was not measured', async () => {
    const profile = await profileModel(goldenModel, { batchSizes: [64, 1], runs: 20 });
    expect(profile.model).toEqual({ name: 'golden', version: '7' });
    expect(profile.unavailable).toEqual([{ provider: 'cuda', sessions: 1, reason: expect.stringMatching(/.+/) }]);
    expect(profile.outOfMemory).toEqual([]);
    expect(profile.entries.map(({ provider, batchSize }) => [provider, batchSize])).toEqual([
      ['cpu', 1],
      ['cpu', 64],
    ]);
    for (const { batchSize, latencyMs, rowsPerSecond, memoryGb, memoryTotalGb } of profile.entries) {
      expect(latencyMs.p50).toBeGreaterThan(0);
      expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50);
      expect(rowsPerSecond).toBeCloseTo((batchSize * 1000) / latencyMs.mean, 3);
      expect(memoryGb).toBeGreaterThan(0);
      expect(memoryTotalGb).toBeGreaterThan(memoryGb ?? Number.NaN);
    }
    expect([1, 64]).toContain(recommendBatchSize(profile));
  });

  it('measures sessions that run at the same time, on rows of all of them', async () => {
    const profile = await profileModel(goldenModel, {
      ...{ providers: ['cpu'], sessions: [3, 1], batchSizes: [1, 32], runs: 10 },
    });
    expect(profile.entries.map(({ sessions, batchSize }) => [sessions, batchSize])).toEqual([
      [1, 1],
      [1, 32],
      [3, 1],
      [3, 32],
    ]);
    for (const { sessions, batchSize, latencyMs, rowsPerSecond } of profile.entries) {
      expect(latencyMs.p99).toBeGreaterThanOrEqual(latencyMs.p50);
      if (sessions === 1) expect(rowsPerSecond).toBeCloseTo((batchSize * 1000) / latencyMs.mean, 3);
      // By the clock: no more than if every run had been as quick as the quickest half.
      else expect(rowsPerSecond).toBeLessThan((2 * sessions * batchSize * 1000) / latencyMs.p50);
      expect(rowsPerSecond).toBeGreaterThan(0);
    }
  });

  it('fails where the sessions can not run the model, and none waits for another', async () => {
    const failing = profileModel(fixtureModel('disagreeing'), { providers: ['cpu'], sessions: [4] });
    await expect(failing).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
  });

  it('lets the process end while sessions run and wait for one another', async () => {
    const options = JSON.stringify({ providers: ['cpu'], sessions: [4], batchSizes: [1, 1_024], runs: 100_000 });
    const script = `
      import { profileModel } from ${JSON.stringify(projectPath('dist/index.js'))};
      // Loading takes less: by then they run, and wait for one another.
      setInterval(() => process.cpuUsage().user > 2e6 && process.exit(7), 5);
      await profileModel(${JSON.stringify(goldenModel)}, ${options});`;
    const code = await new Promise((resolve) => {
      const args = ['--input-type=module', '--eval', script];
      execFile(process.execPath, args, (error) => resolve(error?.code ?? error?.signal ?? 0));
    });
    expect(code).toBe(7);
  });

  it('refuses bad options, and a model that is not as it should be', async () => {
    await expect(profileModel(goldenModel, untyped({ runs: 0, sessions: [65] }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      message: expect.stringMatching(/sessions\S*: expected .*1 to 64/),
    });
    await expect(profileModel(fixtureModel('disagreeing'), { providers: ['cpu'] })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
    });
  });
});
