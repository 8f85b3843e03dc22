import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelResult } from 'fraud-scorer';
import { expect, test } from 'vitest';
import { randomRows } from '../../../bench/gpu/correctness/random-rows.js';
import { AnswerJudge, shareToldApart } from '../../../bench/gpu/versions/answer-judge.js';
import { SwapPhases } from '../../../bench/gpu/versions/swap-phases.js';
import { SwapWindows } from '../../../bench/gpu/versions/swap-windows.js';
import { VersionFolder } from '../../../bench/gpu/versions/version-folder.js';
import type { Cell } from '../../../bench/report/result.js';
import { openModelDirectory } from '../../../src/models/model-directory.js';
import { fixtureModel, projectPath } from '../../support/paths.js';

function answer(version: string, fraudProbability: number): ModelResult {
  return {
    ...{ source: 'model', decidedBy: 'policy', decision: 'APPROVE', riskScore: 0, riskLevel: 'LOW', provider: 'cpu' },
    ...{ fraudProbability, model: { name: 'm', version } },
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
}

test('an answer is right by the version that it names, and wrong with the score of another', () => {
  const judge = new AnswerJudge();
  judge.admit('1', [0.1, 0.2]);
  judge.admit('2', [0.5, 0.6]);
  judge.judge(answer('1', 0.1), 2, 0);
  judge.judge(answer('2', 0.6), 3, 0);
  judge.judge(answer('2', 0.1), 0, 0);
  judge.judge(answer('1', Number.NaN), 0, 0);
  expect(judge.verdicts).toEqual({ right: 2, wrong: 2, notLive: 0 });
});

test('a version that has gone answers only what was sent before, and one that was never there nothing', () => {
  const judge = new AnswerJudge();
  judge.admit('1', [0.1]);
  judge.dismiss('1', 100);
  judge.judge(answer('1', 0.1), 0, 99);
  judge.judge(answer('1', 0.1), 0, 101);
  judge.judge(answer('a shadow', 0.1), 0, 50);
  judge.judge(
    {
      ...{ source: 'fallback', decision: 'REVIEW', error: 'ERR_INFERENCE', timing: { totalMs: 1 } },
      ...{ fraudProbability: null, riskScore: null, riskLevel: null },
    },
    0,
    50,
  );
  expect(judge.verdicts).toEqual({ right: 1, wrong: 0, notLive: 3 });
});

test('versions are told apart where the scores of any two of them differ by more than rounding does', () => {
  const [one, other] = [
    [0.1, 0.2, 0.3, 0.4],
    [0.2, 0.2, 0.300_05, 0.5],
  ];
  expect(shareToldApart([one ?? [], other ?? []])).toBe(0.5);
  expect(shareToldApart([one ?? [], other ?? [], one ?? []])).toBe(0);
});

test('a request that was under way during any part of a swap counts as within it', () => {
  const windows = new SwapWindows();
  expect(windows.touches(0, 10)).toBe(false);
  windows.begin(20);
  expect(windows.touches(15, 19)).toBe(false);
  expect(windows.touches(15, 21)).toBe(true);
  windows.end(30);
  expect(windows.touches(25, 35)).toBe(true);
  expect(windows.touches(31, 35)).toBe(false);
});

test('versions are made of one model, load as such, and leave nothing behind', async () => {
  const folder = await VersionFolder.make(projectPath('models/visa-fraud/1'));
  const directory = await folder.version('7', 2);
  const [made, original] = await Promise.all([
    openModelDirectory(directory),
    openModelDirectory(projectPath('models/visa-fraud/1')),
  ]);
  expect(made.manifest.version).toBe('7');
  expect(made.manifest.inputs[0]?.std?.[0]).toBe(2 * (original.manifest.inputs[0]?.std?.[0] ?? 0));
  // Its cases are of the model as it was.
  await expect(readFile(join(directory, 'cases.json'))).rejects.toMatchObject({ code: 'ENOENT' });
  await folder.close();
  await expect(readFile(join(directory, 'model.json'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a model that would score the same in all versions is refused', async () => {
  const folder = await VersionFolder.make(fixtureModel('int64'));
  await expect(folder.version('1', 2)).rejects.toThrow('expected an input with deviations');
  await folder.close();
});

test('random integers have digits that neither a float32 nor a float64 would keep', async () => {
  const { manifest } = await openModelDirectory(fixtureModel('int64'));
  const { codes } = randomRows(manifest.inputs, 50, 1);
  const integers = [...(codes ?? [])].map(BigInt);
  expect(integers).toHaveLength(400);
  expect(integers.some((integer) => BigInt(Number(integer)) !== integer)).toBe(true);
});

test('what is measured counts for the phase of the swap in which it began, and one that a swap begins in counts for it', () => {
  const phases = new SwapPhases();
  phases.record('request', 0, 1);
  phases.begin(100);
  phases.record('loop', 95, 105);
  phases.enter('threads', 110);
  phases.record('loop', 108, 128);
  phases.enter('reading', 111);
  phases.enter('replacing', 140);
  phases.enter('between', 150);
  phases.record('inference', 160, 170, 3);
  const [times, stalls] = phases.tables;
  const medianOf = (cell: Cell | undefined) => (typeof cell === 'object' && cell !== null ? cell.median : cell);
  const rows = times?.rows.map(([, took, requestP99, , , loopMax, , inferenceMax]) =>
    [took, requestP99, loopMax, inferenceMax].map(medianOf),
  );
  expect(rows).toEqual([
    [10, null, 20, null],
    [30, null, null, null],
    [null, null, null, null],
    [10, null, null, null],
    [null, 1, null, 3],
  ]);
  expect(stalls?.rows.map((row) => row.map(medianOf))).toEqual([
    ['loop', 20, 8, 'reading'],
    ['loop', 10, -5, 'reading'],
  ]);
});
