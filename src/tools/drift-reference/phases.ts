import { nearestPhase } from '../../monitoring/drift/nearest-phase.js';
import { type ExpectedShares, expectedShares, indicesOf } from '../../monitoring/drift/stability.js';
import type { CountedColumn } from './counted-column.js';
import { blockRows } from './kept-rows.js';

/** More phases would make the manifest long and each check of a window slow. */
const mostPhases = 8;

/** With fewer blocks, the variation within a phase is not visible. */
const leastBlocks = 8;

/** A block this far from its phase needs its own phase. A small part of the distance of each feature is chance. */
const far = 0.25;
const farOfFeature = 0.01;

/** The block that starts a new phase. It is not the furthest one, because that may be an outlier. */
const seedQuantile = 0.98;

const rounds = 4;

/**
 * Finds the parts of a reference whose rows are similar. It runs k-means over the blocks, with the population stability index of all
 * features as distance. It adds phases until the blocks are near to theirs.
 *
 * @param rows the rows of each block.
 * @returns the phase of each block, counted from 0.
 */
export function findPhases(features: readonly CountedColumn[], rows: readonly number[]): number[] {
  const enough = far + farOfFeature * features.length;
  const full = rows.flatMap((count, block) => (count >= blockRows ? [block] : []));
  let assigned = assign(features, rows, [rows.map((_, block) => block)]);
  for (let count = 2; count <= Math.min(mostPhases, 1 + full.length / (2 * leastBlocks)); count += 1) {
    const { phases, distances } = assigned;
    const byDistance = [...full].sort((a, b) => (distances[a] as number) - (distances[b] as number));
    const seed = byDistance[Math.floor((byDistance.length - 1) * seedQuantile)] as number;
    if ((distances[seed] as number) <= enough) break;
    let next = assign(features, rows, [...membersOf(phases), [seed]]);
    for (let round = 1; round < rounds; round += 1) next = assign(features, rows, membersOf(next.phases));
    const members = membersOf(next.phases);
    if (members.length < count || members.some(({ length }) => length < leastBlocks)) break;
    assigned = next;
  }
  return assigned.phases;
}

/** Assigns the blocks again to the same phases, with other bins. @returns the nearest phase of each block. */
export function assignAgain(features: readonly CountedColumn[], rows: readonly number[], phases: number[]): number[] {
  return assign(features, rows, membersOf(phases)).phases;
}

/** The blocks of each phase that has any. */
export function membersOf(phases: readonly number[]): number[][] {
  const members: number[][] = [];
  for (const [block, phase] of phases.entries()) {
    members[phase] ??= [];
    members[phase].push(block);
  }
  return members.filter((blocks) => blocks !== undefined);
}

interface Assigned {
  phases: number[];
  distances: number[];
}

function assign(features: readonly CountedColumn[], rows: readonly number[], members: readonly number[][]): Assigned {
  const expected = features.map((feature) => members.map((blocks) => expectedOf(feature, rows, blocks)));
  const indices = new Float64Array(features.length * members.length);
  const phases: number[] = [];
  const distances: number[] = [];
  for (const [block, count] of rows.entries()) {
    for (const [feature, { counts }] of features.entries()) {
      const own = counts[block] ?? new Uint32Array();
      indicesOf(expected[feature] ?? [], own, 0, count, indices, feature * members.length);
    }
    const { phase, distance } = nearestPhase(indices, members.length);
    phases.push(phase);
    distances.push(distance);
  }
  return { phases, distances };
}

/** The shares of some blocks together. */
export function expectedOf(
  { counts }: CountedColumn,
  rows: readonly number[],
  blocks: readonly number[],
): ExpectedShares {
  const { totals, total } = totalsOf(counts, rows, blocks);
  return expectedShares(
    totals.map((count) => count / total),
    total,
  );
}

export function totalsOf(
  counts: readonly Uint32Array[],
  rows: readonly number[],
  blocks: readonly number[],
): { totals: number[]; total: number } {
  const totals = new Array<number>(counts[0]?.length ?? 0).fill(0);
  let total = 0;
  for (const block of blocks) {
    total += rows[block] ?? 0;
    for (const [bin, count] of (counts[block] ?? []).entries()) totals[bin] = (totals[bin] ?? 0) + count;
  }
  return { totals, total };
}
