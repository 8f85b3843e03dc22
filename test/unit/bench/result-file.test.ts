import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { merged, type ResultFile, readResultFile, writeResultFile } from '../../../bench/report/result-file.js';
import { writePlots } from '../../../bench/report/write-plots.js';
import { figureOf } from '../../../bench/statistics.js';
import { recorded } from './results.js';

const order = ['first', 'second', 'third'];
const none: ResultFile = { format: 1, results: [] };
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bench-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('scenarios run one at a time end in one complete file, in their order', () => {
  const file = ['third', 'first', 'second'].reduce((all, name) => merged(all, recorded(name), order), none);
  expect(file.results.map(({ scenario }) => scenario)).toEqual(order);
});

test("a scenario that is run again takes its former result's place, and no other's", () => {
  const file = [recorded('first'), recorded('second'), recorded('first', { seconds: 9 })].reduce(
    (all, result) => merged(all, result, order),
    none,
  );
  expect(file.results.map(({ scenario, seconds }) => [scenario, seconds])).toEqual([
    ['first', 9],
    ['second', 1],
  ]);
});

test('a scenario that is no more is kept, last', () => {
  const file = merged({ format: 1, results: [recorded('gone')] }, recorded('first'), order);
  expect(file.results.map(({ scenario }) => scenario)).toEqual(['first', 'gone']);
});

test('what is written is read again', async () => {
  const path = join(directory, 'new', 'latest.json');
  expect(await readResultFile(path)).toEqual(none);
  const file = merged(none, recorded('first', { notes: ['a note'] }), order);
  await writeResultFile(path, file);
  expect(await readResultFile(path)).toEqual(file);
});

test('a file of another kind is not written over', async () => {
  const path = join(directory, 'latest.json');
  await writeFile(path, '{"format":2}');
  await expect(readResultFile(path)).rejects.toThrow('expected results of format 1');
});

test('plots are drawn of what the file says, the same each time', async () => {
  const plot = {
    file: 'speed',
    title: 'Speed & more',
    kind: 'bars' as const,
    x: { name: '', values: ['one', 'other'] },
    y: { name: 'rows', unit: 'count' as const },
    series: [{ name: 'score()', points: [figureOf([1, 2, 3]), null] }],
  };
  const file = merged(none, recorded('first', { plots: [plot] }), order);
  const [path = ''] = await writePlots(directory, file);
  const first = await readFile(path, 'utf8');
  await writePlots(directory, file);
  expect(await readFile(path, 'utf8')).toBe(first);
  expect(first).toMatch(/^<svg [\s\S]*Speed &amp; more[\s\S]*<\/svg>\n$/);
});
