import { CommanderError } from 'commander';
import { expect, test, vi } from 'vitest';
import { readOptions } from '../../../bench/options.js';

const names = ['saturation', 'policy', 'memory'];

function refused(...args: string[]): CommanderError {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    readOptions(args, names);
  } catch (error) {
    if (error instanceof CommanderError) return error;
    throw error;
  } finally {
    write.mockRestore();
  }
  throw new Error(`expected ${args.join(' ')} to be refused`);
}

test('by default everything runs, with nine slices of two seconds each', () => {
  const { scenarios, settings, directory } = readOptions([], names);
  expect(scenarios).toEqual(names);
  expect(settings).toMatchObject({ slices: 9, sliceMs: 2_000, memory: { minutes: 10 } });
  expect(directory).toMatch(/bench\/results\/$/);
});

test('scenarios are picked by name, in their own order', () => {
  expect(readOptions(['--only', 'policy, saturation'], names).scenarios).toEqual(['saturation', 'policy']);
});

test('slices and their length are what is asked for, in a quick run too', () => {
  const { settings } = readOptions(['--quick', '--slices', '3', '--seconds', '0.5'], names);
  expect(settings).toMatchObject({ slices: 3, sliceMs: 500 });
});

test('a quick run leaves the published results alone', () => {
  expect(readOptions(['--quick'], names).directory).not.toMatch(/results/);
  expect(readOptions(['--quick', '--out', 'here'], names).directory).toBe('here');
});

test('no minutes for the memory leave it out', () => {
  expect(readOptions(['--memory-minutes', '0'], names).scenarios).toEqual(['saturation', 'policy']);
});

test('only to write the report runs nothing', () => {
  expect(readOptions(['--render-only'], names).scenarios).toEqual([]);
});

test('what is not as described is refused with what was expected', () => {
  expect(refused('--only', 'polcy').message).toContain("expected some of saturation, policy, memory, received 'polcy'");
  expect(refused('--slices', '0').message).toContain('whole number of at least 1');
  expect(refused('--seconds', '0x10').message).toContain('a number above 0');
  expect(refused('--memory-minutes', '-1').message).toContain('at least 0');
});

test('two builds are compared only when another build is named', () => {
  expect(readOptions([], names).against).toBeNull();
  const { against, directory } = readOptions(['--against', 'there'], names);
  expect(against).toMatchObject({ directory: 'there', pairs: 7 });
  expect(against?.comparisons).toEqual(['score', 'scoreMany', 'scoreColumns', '10k', '100k']);
  expect(directory).toMatch(/bench\/results\/$/);
});

test('a quick comparison has two pairs, or as many as are asked for', () => {
  expect(readOptions(['--against', 'there', '--quick'], names).against?.pairs).toBe(2);
  expect(readOptions(['--against', 'there', '--quick', '--pairs', '3'], names).against?.pairs).toBe(3);
});

test('rows of a comparison are picked by name, in their own order', () => {
  expect(readOptions(['--against', 'there', '--rows', '10k,score'], names).against?.comparisons).toEqual([
    'score',
    '10k',
  ]);
});

test('options of a comparison are refused without one, and options of scenarios are refused with one', () => {
  expect(refused('--pairs', '3').message).toContain("of use only with '--against <dir>'");
  expect(refused('--rows', 'score').message).toContain("of use only with '--against <dir>'");
  expect(refused('--against', 'there', '--only', 'policy').message).toContain('cannot be used with');
  expect(refused('--against', 'there', '--slices', '3').message).toContain('cannot be used with');
  expect(refused('--against', 'there', '--pairs', '0').message).toContain('whole number of at least 1');
  expect(refused('--against', 'there', '--rows', 'scores').message).toContain("received 'scores'");
});
