import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FEATURES, FeatureBuilder, generateTransactions } from '../../../models/visa-fraud/reference.js';
import { parseDateRange } from '../../../models/visa-fraud/training/date-range.js';
import { writeFeatureFile } from '../../../models/visa-fraud/training/feature-file.js';
import { areaUnderRoc, averagePrecision } from '../../../models/visa-fraud/training/ranking.js';
import { verifyGraphs } from '../../../models/visa-fraud/training/verify-graphs.js';

const model = fileURLToPath(new URL('../../../models/visa-fraud/1/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'training-'));
afterAll(() => rmSync(work, { recursive: true }));

interface Manifest {
  sha256: string;
  inputs: { name: string; size: number; features: string[]; descriptions: string[]; mean: number[]; std: number[] }[];
}
const manifest: Manifest = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8'));

describe('the bundled model', () => {
  it('has a manifest whose features are those of the builder, each with a mean and a scale above zero', () => {
    const described = manifest.inputs.map(({ name, features, descriptions }) => [
      name,
      features.map((feature, i) => ({ name: feature, description: descriptions[i] })),
    ]);
    expect(described).toEqual(Object.entries(FEATURES));
    for (const { size, mean, std } of manifest.inputs) {
      expect(mean).toHaveLength(size);
      expect(std).toHaveLength(size);
      expect(mean.every(Number.isFinite)).toBe(true);
      expect(std.every((value) => value > 0)).toBe(true);
    }
  });

  it('is the file that its manifest was written for', () => {
    const bytes = readFileSync(join(model, 'model.onnx'));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(manifest.sha256);
  });

  it('is folded without changing what it says: it agrees with the plain graph beside it', async () => {
    const builder = new FeatureBuilder();
    const rows: number[] = [];
    for (const transaction of generateTransactions({ seed: 9, days: 30, customers: 40, terminals: 60 })) {
      const features = builder.next(transaction);
      for (const { name, mean, std } of manifest.inputs) {
        const values = Object.entries(features).find(([input]) => input === name)?.[1] ?? [];
        for (const [i, value] of Array.from(values).entries()) {
          rows.push((value - (mean[i] ?? 0)) / ((std[i] ?? 1) + 1e-8));
        }
      }
    }
    const files = [join(model, 'plain.onnx'), join(model, 'model.onnx')] as const;
    const differences = await verifyGraphs(...files, manifest.inputs, Float32Array.from(rows));
    expect(differences.attention).toBe(0);
    expect(differences.probability).toBeLessThan(1e-5);
  });
});

describe('verifyGraphs', () => {
  it('refuses graphs that do not agree', async () => {
    // Not a number in, not a number out: that is no agreement.
    const rows = new Float32Array(100).fill(Number.NaN);
    await expect(
      verifyGraphs(join(model, 'plain.onnx'), join(model, 'model.onnx'), manifest.inputs, rows),
    ).rejects.toThrow(/expected graphs that agree within 0.00001, received a difference of NaN/);
  });
});

describe('writeFeatureFile', () => {
  it('writes rows from a day on, made from all that came before', async () => {
    const options = { seed: 2, days: 20, customers: 20, terminals: 20 };
    const all = [...generateTransactions(options)];
    const fromMs = Date.UTC(2025, 0, 11);
    const untilMs = Date.UTC(2025, 0, 16);
    const count = await writeFeatureFile(all, work, { labelDelayDays: 7, fromMs, untilMs });
    const wanted = all.filter((t) => t.timestampMs >= fromMs && t.timestampMs < untilMs);
    expect(count).toBe(wanted.length);
    const bytes = readFileSync(join(work, 'features.f32'));
    const written = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
    const builder = new FeatureBuilder();
    const expected = all.flatMap((t) => {
      const { transaction_features, user_features, merchant_features } = builder.next(t);
      const row = [...transaction_features, ...user_features, ...merchant_features];
      return wanted.includes(t) ? row : [];
    });
    expect(Array.from(written)).toEqual(expected);
    expect([...readFileSync(join(work, 'labels.bin'))]).toEqual(wanted.map((t) => Number(t.isFraud)));
  });
});

describe('parseDateRange', () => {
  it('includes both days', () => {
    expect(parseDateRange('2018-04-01..2018-04-07')).toEqual({
      fromMs: Date.UTC(2018, 3, 1),
      untilMs: Date.UTC(2018, 3, 8),
    });
  });

  it.each(['2018-04-01', '2018-04-02..2018-04-01', '2018-04-31..2018-05-01', 'a..b', ''])('refuses %j', (text) => {
    expect(() => parseDateRange(text)).toThrow(/^Expected FROM\.\.TO/);
  });
});

describe('rankings', () => {
  const scored = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 8 })), { minLength: 2, maxLength: 40 });
  const both = scored.filter((rows) => rows.some(([fraud]) => fraud) && rows.some(([fraud]) => !fraud));

  it('gives as area under ROC the share of pairs that are in order', () => {
    fc.assert(
      fc.property(both, (rows) => {
        const pairs = rows.flatMap(([fraud, score]) =>
          fraud
            ? rows.filter(([other]) => !other).map(([, other]) => (score > other ? 1 : score === other ? 0.5 : 0))
            : [],
        );
        const expected = pairs.reduce<number>((sum, pair) => sum + pair, 0) / pairs.length;
        expect(areaUnderRoc(...columns(rows))).toBeCloseTo(expected, 12);
      }),
    );
  });

  it('gives as average precision the mean, over frauds, of the precision at their score', () => {
    fc.assert(
      fc.property(both, (rows) => {
        const frauds = rows.filter(([fraud]) => fraud);
        const precisions = frauds.map(([, score]) => {
          const above = rows.filter(([, other]) => other >= score);
          return above.filter(([fraud]) => fraud).length / above.length;
        });
        const expected = precisions.reduce((sum, precision) => sum + precision, 0) / frauds.length;
        expect(averagePrecision(...columns(rows))).toBeCloseTo(expected, 12);
      }),
    );
  });
});

function columns(rows: readonly [boolean, number][]): [boolean[], number[]] {
  return [rows.map(([fraud]) => fraud), rows.map(([, score]) => score)];
}
