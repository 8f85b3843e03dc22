import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FeatureBuilder, generateTransactions, type ReferenceFeatures } from '../../models/visa-fraud/reference.js';
import { driftWatchOf } from '../../src/deployments/drift-watch-of.js';
import type { Alert, DriftSummary, ScoreRequest } from '../../src/index.js';
import { FraudScorer } from '../../src/index.js';
import { readModelDirectory } from '../../src/models/model-directory.js';
import { driftReading } from '../../src/monitoring/drift/drift-reading.js';
import { usualDriftLimit } from '../../src/monitoring/drift/stability.js';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import { FeatureRows } from '../../src/requests/feature-rows.js';
import { writeFeatures } from '../../src/requests/read-request.js';
import { FakeClock } from '../support/fake-clock.js';
import { labelValues, valueIn } from '../support/metrics.js';
import { projectPath } from '../support/paths.js';

const bundled = projectPath('models/visa-fraud/1');

function requests(count: number, change: (features: ReferenceFeatures) => void = () => {}): ScoreRequest[] {
  const builder = new FeatureBuilder();
  const made: ScoreRequest[] = [];
  for (const transaction of generateTransactions({ seed: 77, days: 30, customers: 200, terminals: 400 })) {
    if (made.length === count) break;
    const features = builder.next(transaction);
    change(features);
    made.push({ features });
  }
  return made;
}

function driftOf(scorer: FraudScorer): DriftSummary {
  const drift = scorer.deployments()[0]?.drift;
  if (drift === undefined) throw new Error('no drift was measured');
  return drift;
}

describe('Drift of the bundled model', () => {
  it('finds a feature whose unit has changed within 2,000 requests, and by name', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'] });
    await scorer.scoreMany(requests(3_000));
    const before = driftOf(scorer);
    expect(before.rows).toBeGreaterThan(1_000);
    expect(before.score).toBeLessThan(0.25);
    expect(before.features[0]?.psi).toBeLessThan(0.25);
    const changed = requests(5_000, ({ transaction_features }) => {
      transaction_features[0] = (transaction_features[0] as number) * 100;
    }).slice(3_000);
    await scorer.scoreMany(changed);
    const [first] = driftOf(scorer).features;
    expect(first?.name).toBe('amount_log');
    expect(first?.psi).toBeGreaterThan(0.25);
  });

  it('raises an alert that names the feature, and has values among the metrics', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'] });
    const raised = new Promise<Alert>((resolve) => {
      scorer.on('alert', (alert) => {
        if (alert.rule === 'drift') resolve(alert);
      });
    });
    await scorer.scoreMany(
      requests(2_000, ({ transaction_features }) => {
        transaction_features[0] = (transaction_features[0] as number) * 100;
      }),
    );
    const { value, version, message } = await raised;
    expect(version).toBe('1');
    expect(value).toBeGreaterThan(usualDriftLimit);
    expect(message).toContain('for amount_log');
    const metrics = scorer.metrics();
    const { score, features } = driftOf(scorer);
    expect(features[0]?.name).toBe('amount_log');
    expect(valueIn(metrics, 'drift_feature_psi', { version: '1', feature: 'amount_log' })).toBe(features[0]?.psi);
    expect(valueIn(metrics, 'drift_score_psi', { version: '1' })).toBe(score);
    expect(labelValues(metrics, 'feature')).toHaveLength(10);
  });

  it.each([
    { seed: 4, customers: 80, terminals: 160 },
    { seed: 9, customers: 100 },
    { seed: 77, customers: 200, terminals: 400 },
    { seed: 5, customers: 400, terminals: 800 },
  ])(
    'stays below the limit over ten weeks of the generator, cold histories included: %o',
    async (world) => {
      await using scorer = await FraudScorer.create({
        workers: 1,
        providers: ['cpu'],
        drift: { maxRowsPerSecond: 1_000_000 },
      });
      const builder = new FeatureBuilder();
      let waiting: ScoreRequest[] = [];
      let looks = 0;
      for (const transaction of generateTransactions({ ...world, days: 70 })) {
        waiting.push({ features: builder.next(transaction) });
        if (waiting.length < 250) continue;
        await scorer.scoreMany(waiting);
        waiting = [];
        const reading = driftReading('1', driftOf(scorer));
        if (reading === null) continue;
        looks += 1;
        expect(reading.psi, reading.feature ?? 'score').toBeLessThan(usualDriftLimit);
      }
      expect(looks).toBeGreaterThan(30);
    },
    60_000,
  );

  it('finds five times as much fraud, by the features that know of it', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'], drift: { maxRowsPerSecond: 1e6 } });
    const builder = new FeatureBuilder();
    const world = {
      theftsPerThousandCustomers: 3,
      compromisesPerThousandTerminals: 1,
      outlierShare: 0.005,
    };
    const rows = [...generateTransactions({ ...world, seed: 6, days: 40, customers: 200, terminals: 400 })];
    await scorer.scoreMany(rows.map((transaction) => ({ features: builder.next(transaction) })));
    const reading = driftReading('1', driftOf(scorer));
    expect(reading?.psi).toBeGreaterThan(usualDriftLimit);
    expect(reading?.feature).toContain('fraud');
  }, 60_000);

  it('finds doubled scores of unchanged features, in windows of any size', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'], drift: false });
    const { manifest } = await readModelDirectory(bundled);
    if (manifest.reference === undefined) throw new Error('the bundled model has no reference');
    expect(manifest.reference.score.edges.length).toBeGreaterThanOrEqual(10);
    const builder = new FeatureBuilder();
    const world = { seed: 8, days: 60, customers: 400, terminals: 800 };
    const features = [...generateTransactions(world)].map((transaction) => builder.next(transaction)).slice(-4_000);
    const outcomes = await scorer.scoreMany(features.map((one) => ({ features: one })));
    const scores = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.fraudProbability : null));
    for (const factor of [1, 2]) {
      const rows = new FeatureRows(rowLayoutOf(manifest.inputs), 1, 0, manifest.inputs);
      const options = { maxRowsPerSecond: 1_000, windowRows: 4_000, windowMs: 86_400_000, minRows: 500 };
      const drift = driftWatchOf(manifest, rows, options, new FakeClock());
      for (const [index, one] of features.entries()) {
        writeFeatures(one, rows.layout, rows.floats, 0, rows.reader);
        drift?.add(0, Math.min(1, factor * (scores[index] ?? 0)), 0);
        if (index < 500 || index % 500 !== 0) continue;
        if (factor === 1) expect(drift?.summary.score).toBeLessThan(0.1);
        else expect(drift?.summary.score).toBeGreaterThan(usualDriftLimit);
      }
    }
  }, 60_000);

  it('is not measured where that is switched off, and says nothing of too few rows', async () => {
    await using off = await FraudScorer.create({ workers: 1, providers: ['cpu'], drift: false });
    expect(off.deployments()[0]).not.toHaveProperty('drift');
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'] });
    await scorer.scoreMany(requests(100));
    expect(driftOf(scorer)).toMatchObject({ rows: 100, score: null, features: [], watched: 100 });
  });

  it('takes no more rows than its budget allows', async () => {
    await using scorer = await FraudScorer.create({
      workers: 1,
      providers: ['cpu'],
      drift: { maxRowsPerSecond: 10, windowRows: 1_600, minRows: 10 },
    });
    await scorer.scoreMany(requests(2_000));
    const { rows } = driftOf(scorer);
    expect(rows).toBeGreaterThanOrEqual(80);
    expect(rows).toBeLessThan(400);
  });

  it('refuses options that make no sense', async () => {
    await expect(FraudScorer.create({ drift: { windowRows: 100, minRows: 90 } })).rejects.toThrow('drift.minRows');
    await expect(FraudScorer.create({ drift: true as never })).rejects.toThrow('drift');
    await expect(FraudScorer.create({ drift: { window: 1 } as never })).rejects.toThrow('drift.window');
  });
});

describe('fraud-scorer reference', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'reference-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function run(model: string, rows: readonly string[], ...args: string[]) {
    const file = join(directory, 'rows.ndjson');
    writeFileSync(file, `${rows.join('\n')}\n`);
    const cli = projectPath('dist/cli.js');
    const command = [cli, 'reference', model, '--input', file, '--provider', 'cpu', ...args];
    return spawnSync(process.execPath, command, { encoding: 'utf8' });
  }

  function copyOf(model: string): string {
    const copy = mkdtempSync(join(directory, 'model-'));
    cpSync(model, copy, { recursive: true });
    return copy;
  }

  const named = (count: number): string[] =>
    requests(count).map(({ features }) => {
      const { inputs } = JSON.parse(readFileSync(join(bundled, 'model.json'), 'utf8'));
      const all = Object.values(features).flatMap((values) => [...(values as Float32Array)]);
      const names: string[] = inputs.flatMap((input: { features: string[] }) => input.features);
      return JSON.stringify(Object.fromEntries(names.map((name, column) => [name, all[column]])));
    });

  it('writes the reference and keeps every other field of model.json', async () => {
    const model = copyOf(bundled);
    const { reference: _, ...before } = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));
    const { status, stderr, stdout } = run(model, named(1_200), '--json');
    expect([status, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ rows: 1_200, scored: 1_200, sampled: 1_200 });
    const { reference, ...after } = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));
    expect(after).toEqual(before);
    expect(reference.rows).toBe(1_200);
    expect(reference.inputs.user_features).toHaveLength(30);
    await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
    expect(driftOf(scorer).watched).toBeGreaterThan(90);
  });

  it('writes nothing where there are too few rows', () => {
    const model = copyOf(bundled);
    const before = readFileSync(join(model, 'model.json'), 'utf8');
    const { status, stderr } = run(model, named(20));
    expect(status).toBe(1);
    expect(stderr).toContain('expected at least 100 rows for a reference, found 20');
    expect(readFileSync(join(model, 'model.json'), 'utf8')).toBe(before);
  });
});
