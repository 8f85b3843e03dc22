import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DriftSummary, FraudScorer, type ScoreRequest } from '../../src/index.js';
import { usualDriftLimit } from '../../src/monitoring/drift/stability.js';
import { seededUniform } from '../../src/tools/seeded-uniform.js';
import { type NamedRow, readExport } from '../support/export-fixtures.js';
import { projectPath } from '../support/paths.js';
import { StandInPackage } from '../support/stand-in-package.js';
import { untyped } from '../support/untyped.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drift-models-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function cli(...args: string[]) {
  return spawnSync(process.execPath, [projectPath('dist/cli.js'), ...args], { encoding: 'utf8' });
}

/** Adopts an export as people have it. @returns the model directory. */
function adopt(name: string): string {
  const { folder: from, expected } = readExport(name);
  const out = join(mkdtempSync(join(folder, 'model-')), 'model');
  const { status, stdout, stderr } = cli('adopt', join(from, 'model.onnx'), '--out', out, ...expected.adopt);
  expect(status, stdout + stderr).toBe(0);
  const path = join(out, 'model.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  for (const input of manifest.inputs) Object.assign(input, expected.furtherManifest[input.name]);
  writeFileSync(path, JSON.stringify(manifest, null, 2));
  return out;
}

/** Rows drawn from those of the export, one in ten of which lacks values. Numbers vary a little, and stay whole where they are. */
function drawn(name: string, count: number, seed: number): NamedRow[] {
  const { rows, rowsWithMissing } = readExport(name);
  const uniform = seededUniform(seed);
  const pick = (from: readonly NamedRow[]): NamedRow => from[Math.floor(uniform() * from.length)] ?? {};
  return Array.from({ length: count }, () => {
    const row = pick(uniform() < 0.1 ? rowsWithMissing : rows);
    const vary = (value: number): number => (Number.isInteger(value) ? value : value * (0.8 + 0.4 * uniform()));
    return Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === 'number' ? vary(value) : value]),
    );
  });
}

const ndjson = (rows: readonly NamedRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** Empty where a value is missing. */
function csv(rows: readonly NamedRow[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const line = (row: NamedRow): string => names.map((name) => row[name] ?? '').join(',');
  return `${[names.join(','), ...rows.map(line)].join('\n')}\n`;
}

function makeReference(model: string, file: string, text: string | Uint8Array): void {
  const input = join(model, '..', file);
  writeFileSync(input, text);
  const { status, stderr } = cli('reference', model, '--input', input, '--provider', 'cpu');
  expect([status, stderr]).toEqual([0, '']);
}

async function driftOf(model: string, rows: readonly NamedRow[]): Promise<DriftSummary> {
  await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
  const outcomes = await scorer.scoreMany(rows.map((features) => untyped<ScoreRequest>({ features })));
  expect(outcomes.every(({ status }) => status === 'fulfilled')).toBe(true);
  const drift = scorer.deployments()[0]?.drift;
  if (drift === undefined) throw new Error('no drift was measured');
  return drift;
}

const changed = (rows: readonly NamedRow[], change: (row: NamedRow) => NamedRow): NamedRow[] =>
  rows.map((row) => ({ ...row, ...change(row) }));

describe.each([
  ['xgboost-missing', 'rows.csv'],
  ['lightgbm-missing-zipmap', 'rows.ndjson'],
  ['catboost', 'rows.ndjson.gz'],
])('Drift of an adopted model: %s', (name, file) => {
  it('is none for rows like those of the reference, and names a feature in another unit and one that is missing', async () => {
    const model = adopt(name);
    const rows = drawn(name, 2_000, 1);
    const text = file.endsWith('.csv') ? csv(rows) : ndjson(rows);
    makeReference(model, file, file.endsWith('.gz') ? gzipSync(text) : text);
    const live = drawn(name, 2_000, 2);
    const same = await driftOf(model, live);
    expect(same.score).toBeLessThan(0.1);
    expect(same.features[0]?.psi).toBeLessThan(0.1);
    const unit = await driftOf(
      model,
      changed(live, ({ amount_log = 0 }) => ({ amount_log: Number(amount_log) * 100 })),
    );
    expect(unit.features[0]?.name).toBe('amount_log');
    expect(unit.features[0]?.psi).toBeGreaterThan(usualDriftLimit);
    const missing = await driftOf(
      model,
      changed(live, () => ({ hour_cos: null })),
    );
    expect(missing.features[0]?.name).toBe('hour_cos');
    expect(missing.features[0]?.psi).toBeGreaterThan(usualDriftLimit);
  }, 60_000);
});

describe('Drift of a pipeline of texts and whole numbers', () => {
  it('names a column of int64 values in another unit, and texts that have all become the same', async () => {
    const name = 'sklearn-pipeline';
    const model = adopt(name);
    const complete = (rows: NamedRow[]) => rows.filter((row) => Object.values(row).every((value) => value !== null));
    const rows = complete(drawn(name, 2_500, 1)).filter((row) => Object.keys(row).length === 6);
    makeReference(model, 'rows.csv', csv(rows));
    const { reference } = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));
    expect(reference.inputs.weekday[0].values).toContain('mon');
    const live = complete(drawn(name, 2_500, 2)).filter((row) => Object.keys(row).length === 6);
    const same = await driftOf(model, live);
    expect(same.features[0]?.psi).toBeLessThan(0.1);
    expect(same.score).toBeLessThan(0.1);
    const hours = await driftOf(
      model,
      changed(live, ({ hour = 0 }) => ({ hour: Number(hour) * 100 })),
    );
    expect(hours.features[0]).toMatchObject({ name: 'hour' });
    expect(hours.features[0]?.psi).toBeGreaterThan(usualDriftLimit);
    const one = await driftOf(
      model,
      changed(live, () => ({ day_part: 'evening' })),
    );
    expect(one.features[0]).toMatchObject({ name: 'day_part' });
    expect(one.features[0]?.psi).toBeGreaterThan(usualDriftLimit);
  }, 60_000);
});

describe('A broken reference', () => {
  it('is named by check and by a scorer with its place, and what was expected', async () => {
    const model = adopt('xgboost-missing');
    makeReference(model, 'rows.ndjson', ndjson(drawn('xgboost-missing', 1_000, 1)));
    const path = join(model, 'model.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8'));
    expect(cli('check', model).status).toBe(0);
    manifest.reference.inputs.float_input[2].shares[1] = 'many';
    writeFileSync(path, JSON.stringify(manifest));
    const { status, stdout, stderr } = cli('check', model);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain('reference.inputs.float_input[2].shares: expected a list of');
    await expect(FraudScorer.create({ model })).rejects.toThrow('reference.inputs.float_input[2].shares');
  }, 60_000);

  it('is named by doctor, where it is that of the bundled model', () => {
    const copy = new StandInPackage();
    try {
      const path = join(copy.root, 'models/visa-fraud/1/model.json');
      const manifest = JSON.parse(readFileSync(path, 'utf8'));
      manifest.reference.score.phases.pop();
      writeFileSync(path, JSON.stringify(manifest));
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy.root, 'dist/cli.js'), 'doctor'], {
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stdout + stderr).toContain('reference.score.phases: expected a list of 7 objects with shares');
    } finally {
      copy.remove();
    }
  }, 60_000);
});
