import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchPart, RecordedBatch, RecordedRow } from '../../../../src/tools/replay/batch.js';
import { BatchWindow } from '../../../../src/tools/replay/batch-window.js';
import { RecordedVersions } from '../../../../src/tools/replay/recorded-version.js';

const version = new RecordedVersions().ofDescription({
  model: { name: 'm', version: '1', sha256: 'ab' },
  runtime: { package: '1', node: '20', onnxruntime: '1', cpuModel: 'x', session: {} },
  inputs: [{ name: 'x', size: 1, type: 'float32' }],
});

type Part = BatchPart & { batch: number };

function rowAt(run: string, batch: number, place: number): RecordedRow {
  return {
    ...{ sequence: 0, decisionId: `${run}-${batch}-${place}`, id: null, place, fraudProbability: 0.5, riskScore: 0.5 },
    ...{ decision: 'APPROVE', riskLevel: 'LOW', decidedBy: 'policy', role: 'primary', amount: null, attention: null },
    policy: { reviewProbability: 1, blockProbability: 1, reviewRisk: 1, blockRisk: 1, mediumRisk: 1, highRisk: 1 },
    features: Buffer.from(`${run} ${batch} ${place}`),
    isMasked: false,
    rawOutputs: null,
  };
}

function partOf(run: string, batch: number, size: number, places: readonly number[]): Part {
  return { run, batch, size, provider: 'cpu', version, rows: places.map((place) => rowAt(run, batch, place)) };
}

/** Batches of which some rows were recorded, in some entries each, in any order of all entries. */
const entries = fc
  .array(
    fc.record({
      run: fc.constantFrom('a', 'b'),
      size: fc.integer({ min: 1, max: 12 }),
      kept: fc.infiniteStream(fc.boolean()),
      cut: fc.infiniteStream(fc.integer({ min: 0, max: 2 })),
    }),
    { maxLength: 30 },
  )
  .chain((batches) => {
    const parts = batches.flatMap(({ run, size, kept, cut }, batch) => {
      const groups: number[][] = [[], [], []];
      for (let place = 0; place < size; place += 1) {
        if (kept.next().value === true) groups[cut.next().value ?? 0]?.push(place);
      }
      return groups.filter((group) => group.length > 0).map((group) => partOf(run, batch, size, group));
    });
    return fc.shuffledSubarray(parts, { minLength: parts.length, maxLength: parts.length });
  });

function joined(parts: readonly Part[]): RecordedBatch[] {
  const window = new BatchWindow();
  const batches = parts.flatMap((part) => window.add(part));
  return [...batches, ...window.end()];
}

describe('Batches that are rebuilt', () => {
  it('have each recorded row in its place once, whatever was sampled and in whatever order entries came', () => {
    fc.assert(
      fc.property(entries, (parts) => {
        const batches = joined(parts);
        const wanted = parts.flatMap(({ rows }) => rows.map(({ decisionId }) => decisionId));
        const got = batches.flatMap(({ rows }) => rows.map(({ decisionId }) => decisionId));
        expect(got.toSorted()).toEqual(wanted.toSorted());
        const keys = batches.map(({ run, batch }) => `${run} ${batch}`);
        expect(new Set(keys).size).toBe(keys.length);
        for (const { run, batch, size, rows } of batches) {
          const places = rows.map(({ place }) => place);
          expect(new Set(places).size).toBe(places.length);
          expect(Math.max(...places)).toBeLessThan(size);
          for (const row of rows) expect(row).toEqual(rowAt(run, batch, row.place));
        }
      }),
    );
  });

  it('keep two rows apart that claim the same place', () => {
    const batches = joined([partOf('a', 1, 4, [0, 2]), partOf('a', 1, 4, [2, 3])]);
    expect(batches.map(({ rows }) => rows.map(({ place }) => place))).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  it('are given out once they are whole, and the oldest once too many wait', () => {
    const window = new BatchWindow();
    expect(window.add(partOf('a', 0, 2, [0]))).toEqual([]);
    expect(window.add(partOf('a', 0, 2, [1]))).toHaveLength(1);
    let given = 0;
    for (let batch = 1; batch <= 5_000; batch += 1) given += window.add(partOf('a', batch, 2, [0])).length;
    expect(given).toBe(5_000 - 1_024);
    expect(window.end()).toHaveLength(1_024);
  });
});
