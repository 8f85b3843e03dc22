import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel } from '../../src/index.js';
import { fileOf, openModelDirectory } from '../../src/models/model-directory.js';
import { verify } from '../../src/tools/optimize-model.js';
import { ToolWorker } from '../../src/tools/tool-worker.js';
import { givenRows } from '../../src/tools/verification-rows.js';
import { goldenCases } from '../support/golden.js';
import { fixtureModel, goldenModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const quick = { batchSizes: [1, 64], runs: 5 };

describe('optimizeModel', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'optimize # '));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['golden', goldenModel],
    ['linear', fixtureModel('linear')],
  ])('writes the %s model optimised, verified, and served like any other', async (_, directory) => {
    const out = join(folder, 'out');
    const report = await optimizeModel(directory, out, quick);
    expect(report.verification).toMatchObject({ rows: 1_000, tolerance: 1e-5 });
    expect(report.verification.largestDifference).toBeLessThanOrEqual(1e-5);
    expect(report.timings.map(({ batchSize }) => batchSize)).toEqual([1, 64]);
    for (const { batchSize, original, optimized, speedUp } of report.timings) {
      expect(original.rowsPerSecond).toBeCloseTo((batchSize * 1000) / original.latencyMs, 3);
      expect(speedUp).toBeCloseTo(original.latencyMs / optimized.latencyMs, 6);
    }
    expect(report.loadMs.original).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual(['out']);
    const [before, after] = await Promise.all(
      [directory, out].map(async (path) => JSON.parse(await readFile(join(path, 'model.json'), 'utf8'))),
    );
    expect(after).toEqual({ ...before, file: 'model.onnx', sha256: report.sha256 });
    const scorer = await FraudScorer.create({ model: out, workers: 1 });
    await scorer.close();
  });

  it('verifies on the rows it is given, and gives the golden answers', async () => {
    const cases = goldenCases();
    const report = await optimizeModel(goldenModel, join(folder, 'out'), {
      ...quick,
      rows: cases.map(({ features }) => features),
    });
    expect(report.verification.rows).toBe(200);
    const scorer = await FraudScorer.create({ model: report.directory, workers: 1 });
    const outcomes = await scorer.scoreMany(cases.map(({ features }) => ({ features })));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status !== 'fulfilled') throw outcome.reason;
      expect(outcome.value.decision).toBe(cases[index]?.expected.decision);
    }
    await scorer.close();
  });

  it('sees how far two graphs are apart, and refuses with the largest difference where it exceeds the tolerance', async () => {
    const worker = new ToolWorker();
    const inputs = [
      { name: 'left', size: 3 },
      { name: 'right', size: 2 },
    ];
    const comparison = await worker.run({
      kind: 'compare',
      spec: { inputs, outputs: { probability: 'p' } },
      original: fileOf(await openModelDirectory(fixtureModel('linear'))),
      optimized: fileOf(await openModelDirectory(fixtureModel('linear-off'))),
      rows: givenRows(inputs, [
        { left: [0, 1, 2], right: [0, 0] },
        { left: [1, 0, 0], right: [0, 0] },
      ]),
      batchSizes: [1],
      runs: 1,
    });
    await worker.close();
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    expect(comparison.differences.fraudProbability).toBeCloseTo(sigmoid(1.01) - sigmoid(1), 6);
    expect(comparison.differences).toMatchObject({ logits: null, riskScore: null, attention: null });
    expect(() => verify(comparison, 2, 1e-5)).toThrowError(
      /differs from the original by 0\.0019\d* on 2 rows, allowed 0\.00001/,
    );
    expect(verify(comparison, 2, 0.01).largestDifference).toBe(comparison.differences.fraudProbability);
  });

  it('refuses bad options, a directory that holds something, and rows that are not as the manifest says', async () => {
    const out = join(folder, 'out');
    await expect(optimizeModel(goldenModel, out, untyped<object>({ level: 'most' }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    await expect(optimizeModel(goldenModel, out, untyped<object>({ batches: [1] }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    const rows = [
      { left: [1, 2, 3], right: [1, 2] },
      { left: [1, 2], right: [1, 2] },
    ];
    await expect(optimizeModel(fixtureModel('linear'), out, { rows })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      issues: [{ path: 'rows[1].features.left' }],
    });
    await mkdir(out);
    await writeFile(join(out, 'mine.txt'), 'kept');
    await expect(optimizeModel(goldenModel, out, quick)).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(await readdir(folder)).toEqual(['out']);
    expect(await readdir(out)).toEqual(['mine.txt']);
  });

  it('refuses a model that the runtime cannot load, and leaves nothing behind', async () => {
    const broken = join(folder, 'broken');
    await mkdir(broken);
    await copyFile(join(fixtureModel('linear'), 'model.json'), join(broken, 'model.json'));
    await writeFile(join(broken, 'model.onnx'), 'no graph');
    await expect(optimizeModel(broken, join(folder, 'out'), quick)).rejects.toMatchObject({
      code: 'ERR_MODEL_INTEGRITY',
    });
    expect(await readdir(folder)).toEqual(['broken']);
  });
});
