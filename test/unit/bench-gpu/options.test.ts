import { CommanderError } from 'commander';
import { expect, test, vi } from 'vitest';
import { readGpuOptions } from '../../../bench/gpu/options.js';
import { chosenParts, partPlans } from '../../../bench/gpu/parts/plan.js';

const names = partPlans.map(({ name }) => name);

function refused(...args: string[]): CommanderError {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    readGpuOptions(args, {});
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  } finally {
    write.mockRestore();
  }
  throw new Error(`expected ${args.join(' ')} to be refused`);
}

test('by default everything runs on CUDA, with a soak of five minutes, in less than nine minutes', () => {
  const { parts, settings, budgetSeconds } = readGpuOptions([], {});
  expect(parts).toEqual(names);
  expect(settings).toMatchObject({ provider: 'cuda', device: 0, soakSeconds: 300, batchSize: 1_024 });
  expect(budgetSeconds).toBeLessThan(540);
});

test('what is planned fits the budget, a soak of five minutes and the last table included', () => {
  const { parts, settings, budgetSeconds } = readGpuOptions([], {});
  const plans = chosenParts(parts, 'cuda', settings.soakSeconds);
  expect(plans.reduce((sum, { plannedSeconds }) => sum + plannedSeconds, 0)).toBeLessThanOrEqual(budgetSeconds - 5);
});

test('the results are written where the host collects them, or to the given directory', () => {
  expect(readGpuOptions([], {}).directory).toBe('.cache/gpu-bench');
  expect(readGpuOptions([], { OUT: '/collected' }).directory).toBe('/collected');
  expect(readGpuOptions(['--out', '/here'], { OUT: '/collected' }).directory).toBe('/here');
});

test('parts are picked by name, in their own order, and the probe comes before them', () => {
  const { parts, settings } = readGpuOptions(['--only', 'raw, correctness'], {});
  expect(parts).toEqual(['correctness', 'raw']);
  const chosen = chosenParts(parts, settings.provider, settings.soakSeconds);
  expect(chosen.map(({ name }) => name)).toEqual(['probe', 'correctness', 'raw']);
});

test('the CPU has no TF32 to forbid, and a soak of no seconds is left out', () => {
  const chosen = chosenParts(names, 'cpu', 0).map(({ name }) => name);
  expect(chosen).toEqual(names.filter((name) => name !== 'tf32' && name !== 'soak'));
});

test('TF32 is allowed where its difference is reported, and forbidden, as it is served, everywhere else', () => {
  for (const { name, environment } of partPlans) {
    expect({ name, environment }).toEqual({
      name,
      environment: { NVIDIA_TF32_OVERRIDE: name === 'tf32' ? '1' : '0' },
    });
  }
});

test('options that are not documented are refused', () => {
  expect(refused('--only', 'raws').message).toContain("received 'raws'");
  expect(refused('--provider', 'rocm').message).toContain('cuda, tensorrt, cpu');
  expect(refused('--soak-seconds', '1.5').message).toContain('whole number');
});
