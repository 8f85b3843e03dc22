import { describe, expect, it } from 'vitest';
import { PhaseComparison } from '../../../../src/monitoring/drift/phase-comparison.js';
import { expectedPhases } from '../../../../src/monitoring/drift/stability.js';
import { type CountedColumn, countNumbers } from '../../../../src/tools/drift-reference/counted-column.js';
import { withPhases } from '../../../../src/tools/drift-reference/phase-shares.js';
import { assignAgain, findPhases, membersOf } from '../../../../src/tools/drift-reference/phases.js';
import { seededUniform } from '../../../../src/tools/seeded-uniform.js';

const uniform = seededUniform(3);
const blockRows = 500;

/** Values from `from` up to `from + 10`. */
function block(from: number): Float64Array {
  return Float64Array.from({ length: blockRows }, () => from + 10 * uniform());
}

/** Columns whose values differ between days and nights; 12 blocks of each in turn. */
const isNight = Array.from({ length: 48 }, (_, index) => Math.floor(index / 12) % 2 === 1);
const columns = [0, 1, 2, 3].map(() =>
  countNumbers(
    isNight.map((night) => block(night ? 8 : 0)),
    10,
    'float64',
  ),
);
const rows = isNight.map(() => blockRows);

describe('findPhases', () => {
  it('puts blocks that look alike together, wherever they stand in the file', () => {
    const phases = findPhases(columns, rows);
    expect(new Set(phases).size).toBe(2);
    for (const [index, phase] of phases.entries()) expect(phase === phases[0]).toBe(isNight[index] === isNight[0]);
    expect(assignAgain(columns, rows, phases)).toEqual(phases);
  });

  it('finds one phase where all blocks are alike, and where there are few', () => {
    const alike = countNumbers(
      isNight.map(() => block(0)),
      10,
      'float64',
    );
    expect(new Set(findPhases([alike], rows)).size).toBe(1);
    const few = columns.map(({ bins, counts }): CountedColumn => ({ bins, counts: counts.slice(8, 20) }));
    expect(new Set(findPhases(few, rows.slice(8, 20))).size).toBe(1);
  });
});

describe('PhaseComparison', () => {
  const members = membersOf(findPhases(columns, rows));
  const phases = members.map(({ length }) => length * blockRows);
  const expected = columns.map((column) => expectedPhases(withPhases(column, rows, members), { rows: 24_000, phases }));

  /** The index of each column in a window of values that begin at these numbers, by column; the last one is the score. */
  function drifts(...froms: number[][]): number[] {
    let firstBin = 0;
    const compared = expected.map((own) => {
      const column = { expected: own, firstBin };
      firstBin += own[0]?.shares.length ?? 0;
      return column;
    });
    const totals = new Uint32Array(firstBin);
    for (const [index, from] of froms.entries()) {
      const edges = columns[index]?.bins.edges ?? [];
      for (const value of from.flatMap((one) => [...block(one)])) {
        const bin = (compared[index]?.firstBin ?? 0) + edges.filter((edge) => value >= edge).length;
        totals[bin] = (totals[bin] ?? 0) + 1;
      }
    }
    const [score] = compared.slice(-1);
    if (score === undefined) throw new Error('no columns');
    const comparison = new PhaseComparison(compared.slice(0, -1), score);
    comparison.compare(totals, blockRows * (froms[0]?.length ?? 0));
    return [...comparison.drifts];
  }

  it('finds none in either phase, nor in a window of half of each', () => {
    for (const from of [[0], [8], [0, 8]]) {
      for (const index of drifts(from, from, from, from)) expect(index).toBeLessThan(0.1);
    }
  });

  it('finds one feature, or the score, that is of the other phase', () => {
    expect(drifts([0], [8], [0], [0]).map((index) => index > 0.25)).toEqual([false, true, false, false]);
    expect(drifts([8], [8], [8], [0]).map((index) => index > 0.25)).toEqual([false, false, false, true]);
  });
});
