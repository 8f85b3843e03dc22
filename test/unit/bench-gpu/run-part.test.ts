import { expect, test } from 'vitest';
import { readGpuOptions } from '../../../bench/gpu/options.js';
import type { PartPlan } from '../../../bench/gpu/parts/plan.js';
import type { PartResult } from '../../../bench/gpu/report/part-result.js';
import { runPart } from '../../../bench/gpu/run-part.js';
import { projectPath } from '../../support/paths.js';

const processFile = projectPath('test/fixtures/bench-gpu/part-process.mjs');
const { settings } = readGpuOptions([], {});

function run(name: string, environment: PartPlan['environment'] = {}, patienceSeconds = 30): Promise<PartResult> {
  const plan = { name, title: name, plannedSeconds: 5, leastSeconds: 0, environment };
  return runPart(plan, settings, { allottedSeconds: 5, patienceSeconds }, processFile);
}

test('a part that ends well is done, and a table that grew is there once', async () => {
  const { status, reason, tables } = await run('done');
  expect({ status, reason }).toEqual({ status: 'done', reason: null });
  expect(tables).toEqual([{ title: 'Found', columns: [{ name: '' }], rows: [['first'], ['second']] }]);
});

test('a process that crashes loses only what it had not reported yet', async () => {
  const { status, reason, tables } = await run('crash');
  expect(status).toBe('failed');
  expect(reason).toBe('its process ended on the way with SIGSEGV');
  expect(tables).toHaveLength(1);
});

test('a process that crashes after its last report has failed too', async () => {
  expect(await run('crash at the end')).toMatchObject({
    status: 'failed',
    reason: 'its process ended after its last result with SIGABRT',
  });
});

test('a process that hangs is ended', async () => {
  const { status, tables } = await run('hang', {}, 1);
  expect(status).toBe('hung');
  expect(tables).toHaveLength(1);
});

test('a process that fails says why, and a shortened one says what it left out', async () => {
  expect(await run('fail')).toMatchObject({ status: 'failed', reason: 'no such row' });
  expect(await run('shorten')).toMatchObject({ status: 'shortened', reason: 'half of the rows' });
});

test('its environment overrides that of the bench', async () => {
  process.env.NVIDIA_TF32_OVERRIDE = '1';
  try {
    expect((await run('done', { NVIDIA_TF32_OVERRIDE: '0' })).notes).toEqual(['TF32: 0']);
    expect((await run('done')).notes).toEqual(['TF32: 1']);
  } finally {
    delete process.env.NVIDIA_TF32_OVERRIDE;
  }
});
