import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  type ExpectedExport,
  type ExportFixture,
  exportFixtures,
  exportNames,
  type NamedRow,
  readExport,
} from '../support/export-fixtures.js';

const fixtures = exportNames().map(readExport);
/** The runtime's JavaScript interface can't return maps, and has no float16 arrays on Node.js 20. */
const readable = fixtures.filter(
  ({ expected: { declared, inputs } }) =>
    declared.outputs.every(({ type }) => type !== 'sequence of maps') && inputs.every(({ type }) => type !== 'float16'),
);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function tensorOf(input: ExpectedExport['inputs'][number], row: NamedRow): Tensor {
  const values = input.features.map((feature) => row[feature] ?? null);
  const numbers = values.map((value) => (typeof value === 'number' ? value : Number.NaN));
  const dims = [1, ...input.shape];
  switch (input.type) {
    case 'float32':
      return new Tensor('float32', Float32Array.from(numbers), dims);
    case 'float64':
      return new Tensor('float64', Float64Array.from(numbers), dims);
    case 'int64':
      return new Tensor('int64', BigInt64Array.from(numbers, BigInt), dims);
    case 'bool':
      return new Tensor('bool', Uint8Array.from(numbers), dims);
    case 'string':
      return new Tensor('string', values.map(String), dims);
    default:
      throw new Error(`no tensors of ${input.type}`);
  }
}

/** @returns the folder's score: the raw one where it has such */
function scoreOf({ form, classes, fraudClass, adopt, declared }: ExpectedExport, outputs: InferenceSession.ReturnType) {
  const chosen = adopt[adopt.indexOf('--output') + 1]?.split('=')[0] ?? '';
  const floats = declared.outputs.filter(({ type }) => type.startsWith('float'));
  const name = chosen in outputs ? chosen : (floats[0]?.name ?? '');
  const values = Array.from(outputs[name]?.data ?? [], Number);
  const column = typeof fraudClass === 'string' ? (classes?.indexOf(fraudClass) ?? -1) : (fraudClass ?? 0);
  const value = values[column] ?? Number.NaN;
  if (form === 'logits') return 1 / (1 + Math.exp((values[1 - column] ?? Number.NaN) - value));
  return value;
}

async function largestDifference({ folder, expected, rows, rowsWithMissing }: ExportFixture): Promise<number> {
  const session = await InferenceSession.create(join(folder, 'model.onnx'), { intraOpNumThreads: 1 });
  const { rows: scores, rowsWithMissing: scoresWithMissing } = expected.expected;
  const wanted = [scores, scoresWithMissing].flatMap((part) => part?.raw ?? part?.runtime ?? []);
  let largest = 0;
  for (const [index, row] of [...rows, ...rowsWithMissing].entries()) {
    const missingTexts = Object.fromEntries(
      Object.keys(expected.furtherManifest).map((name) => [name, row[name] ?? '']),
    );
    const feeds = expected.inputs.map((input) => [input.name, tensorOf(input, { ...row, ...missingTexts })]);
    const score = scoreOf(expected, await session.run(Object.fromEntries(feeds)));
    const difference = Math.abs(score - (wanted[index] ?? Number.NaN));
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  await session.release();
  return largest;
}

describe('The exports of test/exports', () => {
  it('are the folders that their manifest lists, with the files that it hashes, under 3 MB in all', () => {
    const manifest: Record<string, { sha256: Record<string, string> }> = JSON.parse(
      readFileSync(join(exportFixtures, 'manifest.json'), 'utf8'),
    );
    const folders = readdirSync(exportFixtures, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(Object.keys(manifest).sort()).toEqual(folders.map(({ name }) => name).sort());
    for (const [name, { sha256 }] of Object.entries(manifest)) {
      for (const [file, hash] of Object.entries(sha256)) {
        const bytes = readFileSync(join(exportFixtures, name, file));
        expect(createHash('sha256').update(bytes).digest('hex'), `${name}/${file}`).toBe(hash);
      }
    }
    const bytes = filesUnder(exportFixtures).reduce((sum, file) => sum + statSync(file).size, 0);
    expect(bytes).toBeLessThan(3_000_000);
  });

  it('name no folder of the machine that made them', () => {
    const telling = filesUnder(exportFixtures).filter((file) =>
      /site-packages|\/(?:tmp|root|home|usr)\/|https?:\/\//.test(readFileSync(file, 'latin1')),
    );
    expect(telling).toEqual([]);
  });

  it('have a score for every row, with missing values in rows of their own', () => {
    for (const { name, rows, rowsWithMissing, expected } of fixtures) {
      expect(expected.expected.rows.runtime, name).toHaveLength(rows.length);
      expect(rows.flatMap(Object.values), name).not.toContain(null);
      expect(expected.expected.rowsWithMissing?.runtime ?? [], name).toHaveLength(rowsWithMissing.length);
      for (const row of rowsWithMissing) expect(Object.values(row), name).toContain(null);
    }
  });

  it('say what differs where the library and its exporter disagree', () => {
    const silent = fixtures.filter(({ expected: { differs, expected } }) => {
      const parts = [expected.rows, expected.rowsWithMissing];
      return differs === null && parts.some((part) => (part?.agreement?.rowsApart ?? 0) > 0);
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
  });

  it.each(readable.map((fixture) => [fixture.name, fixture] as const))(
    'score in the runtime of this package as they did when they were made: %s',
    async (_, fixture) => {
      expect(await largestDifference(fixture)).toBeLessThan(1e-5);
    },
  );
});
