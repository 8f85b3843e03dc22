import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBuild, loadBuild } from '../../../bench/against/build.js';
import { compare } from '../../../bench/against/compare.js';
import type { ComparisonFile } from '../../../bench/against/comparison-file.js';
import { type Comparison, comparisons, floor, ours, theirs } from '../../../bench/against/comparisons.js';
import { LatencySample } from '../../../bench/against/latency-sample.js';
import type { Measurement, MeasurementTask, Readings } from '../../../bench/against/measurement.js';
import { comparisonText } from '../../../bench/against/report.js';
import { failuresOf, limitsOf, rowsOf } from '../../../bench/against/rows.js';
import { Rounds } from '../../../bench/alternate.js';
import { fullSettings } from '../../../bench/settings.js';
import { recorded } from './results.js';

const steps = { expect: () => {}, done: () => {} };
const options = { ourBuild: 'ours.js', theirBuild: 'theirs.js', pairs: 2, settings: fullSettings('a-model') };

function comparison(name: string): Comparison {
  const found = comparisons.find((candidate) => candidate.name === name);
  if (found === undefined) throw new RangeError(`expected a comparison ${name}`);
  return found;
}

function roundsOf(values: Readonly<Record<string, readonly Readings[]>>): Rounds<Readings> {
  const rounds = new Rounds<Readings>(Object.keys(values));
  for (const [name, list] of Object.entries(values)) for (const readings of list) rounds.add(name, readings);
  return rounds;
}

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'against-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a build is found in a checkout and in its dist folder', async () => {
  const dist = join(directory, 'dist');
  await mkdir(dist);
  await writeFile(join(dist, 'index.js'), '');
  expect(findBuild(directory)).toBe(join(dist, 'index.js'));
  expect(findBuild(dist)).toBe(join(dist, 'index.js'));
});

test('a folder without a build is refused with the thing to do', () => {
  expect(() => findBuild(directory)).toThrow(/expected a checkout with dist\/index\.js.*build that checkout first/);
});

test('a file that exports no scorer is no build', async () => {
  const path = join(directory, 'index.mjs');
  await writeFile(path, 'export const FraudScorer = 1;');
  await expect(loadBuild(path)).rejects.toThrow('expected an export FraudScorer');
});

test('both builds and the floor are measured in each pair, and the next pair has the opposite order', async () => {
  const made: Measurement[] = [];
  const run = async (_: string, { measurement }: MeasurementTask): Promise<Readings> => {
    made.push(measurement);
    return { p99Ms: made.length };
  };
  const rounds = await compare(comparison('10k'), { ...options, run }, steps);
  const builds = made.map((measurement) => ('build' in measurement ? measurement.build : measurement.kind));
  expect(builds).toEqual(['ours.js', 'floor', 'theirs.js', 'theirs.js', 'floor', 'ours.js']);
  expect(rounds.of(ours)).toEqual([{ p99Ms: 1 }, { p99Ms: 6 }]);
});

test('a measurement that fails ends its comparison', async () => {
  const run = async (name: string): Promise<Readings> => Promise.reject(new Error(name));
  await expect(compare(comparison('score'), { ...options, run }, steps)).rejects.toThrow('score, this build');
});

test('ratios are those of each pair, and so are shares of the bare loops', () => {
  const [rate, share] = rowsOf(
    comparison('scoreMany'),
    roundsOf({
      [ours]: [{ perSecond: 300 }, { perSecond: 100 }, { perSecond: 240 }],
      [theirs]: [{ perSecond: 100 }, { perSecond: 50 }, { perSecond: 200 }],
      'two bare loops': [{ perSecond: 600 }, { perSecond: 200 }, { perSecond: 800 }],
    }),
  );
  expect(rate).toMatchObject({ thisBuild: { median: 240 }, thatBuild: { median: 100 } });
  expect(rate?.ratio).toMatchObject({ median: 2, lowest: 1.2, highest: 3, values: [3, 2, 1.2] });
  expect(share?.thisBuild.values).toEqual([0.5, 0.5, 0.3]);
  expect(share?.ratio?.values).toEqual([3, 2, 1.2]);
});

test('the floor of the same pair is taken off, and a value below it has a difference but no ratio', () => {
  const rounds = roundsOf({
    [ours]: [
      { p99Ms: 2, busy: 0.2 },
      { p99Ms: 1, busy: 0.3 },
    ],
    [theirs]: [
      { p99Ms: 4, busy: 0.3 },
      { p99Ms: 4, busy: 0.4 },
    ],
    [floor]: [
      { p99Ms: 1, busy: 0.1 },
      { p99Ms: 2, busy: 0.1 },
    ],
  });
  const [p99, busy] = rowsOf(comparison('10k'), rounds);
  expect(p99).toMatchObject({ thisBuild: { values: [1, -1] }, ratio: null, difference: { values: [-2, -3] } });
  expect(busy?.ratio?.values).toEqual([0.5, 0.66667]);
  expect(limitsOf(comparison('10k'), rounds).map(({ figure }) => figure.median)).toEqual([1.5, 0.1]);
});

test('a reading that a measurement did not give is an error', () => {
  const rounds = roundsOf({ [ours]: [{}], [theirs]: [{}], [floor]: [{}] });
  expect(() => rowsOf(comparison('10k'), rounds)).toThrow('expected p99Ms, received none');
});

test('requests that failed are told for each build', () => {
  const rounds = roundsOf({ [ours]: [{ failed: 0 }, { failed: 0 }], [theirs]: [{ failed: 2 }, { failed: 3 }] });
  expect(failuresOf(comparison('100k'), rounds)).toEqual([
    '100k, that build: 5 requests failed; their latency is not counted.',
  ]);
});

test('the table has both builds, their ratio with its spread, and the limits', () => {
  const rounds = roundsOf({
    [ours]: [{ perSecond: 300 }, { perSecond: 100 }],
    [theirs]: [{ perSecond: 100 }, { perSecond: 50 }],
    'two bare loops': [{ perSecond: 600 }, { perSecond: 200 }],
  });
  const { environment } = recorded('any');
  const file: ComparisonFile = {
    format: 1,
    takenAt: '2026-01-02T03:04:05.000Z',
    seconds: 1,
    environment,
    that: { commit: 'def' },
    pairs: 2,
    settings: { model: 'm', windowMs: 500, outstanding: 1, columnRows: 1, limitBatchSize: 1, tickMs: 1 },
    rows: rowsOf(comparison('scoreMany'), rounds),
    limits: limitsOf(comparison('scoreMany'), rounds),
    notes: ['mind'],
  };
  const text = comparisonText(file);
  for (const part of ['commit abc', 'commit def', '2 pairs, windows of 0.5 s', 'Note: mind'])
    expect(text).toContain(part);
  expect(text).toMatch(/scoreMany, two lists.*│\s+200\/s │\s+75\/s │ 2\.50 \(2\.00 – 3\.00\) │/);
  expect(text).toMatch(/two bare loops, beside scoreMany │\s+400 \(200 – 600\)\/s/);
});

test('one call in 31 is timed, from its call to its answer', async () => {
  let time = 0;
  const score = async () => {
    time += 5;
    return answer;
  };
  const sample = new LatencySample(score, () => time);
  for (let call = 0; call < 30; call += 1) await sample.score({ features: {} });
  expect(() => sample.p99Ms).toThrow('received 30');
  await sample.score({ features: {} });
  expect(sample.p99Ms).toBeCloseTo(5, 1);
  sample.reset();
  expect(() => sample.p99Ms).toThrow(RangeError);
});

const answer = {
  source: 'fallback',
  decision: 'REVIEW',
  error: 'ERR_DEADLINE_EXCEEDED',
  timing: { totalMs: 1 },
  fraudProbability: null,
  riskScore: null,
  riskLevel: null,
} as const;
