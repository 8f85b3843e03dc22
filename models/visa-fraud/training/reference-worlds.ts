import type { GeneratorOptions } from '../generator/options.js';
import { FEATURES, FeatureBuilder, generateTransactions } from '../reference.js';

/** Rows that stay together: the command looks at how much the rows of a short time differ from all. */
export const BLOCK_ROWS = 500;

/** A world of the generator, and which blocks of its rows are taken: the first ones, in which histories are short, and some of the rest. */
export interface ReferenceWorld {
  options: GeneratorOptions;
  firstBlocks: number;
  oneIn: number;
}

/**
 * Beside the world of the training. A window of a host with a hundred customers holds the habits of a hundred people, and differs from that of another
 * such host more than two windows of thousands do. The reference must have seen this, or it calls it drift.
 */
export const REFERENCE_WORLDS: readonly ReferenceWorld[] = [
  ...worlds(50, 100, 75, [213], 10, 1),
  ...worlds(80, 160, 75, [209], 10, 2),
  ...worlds(100, 200, 75, [101, 105], 10, 2),
  ...worlds(100, 2_000, 75, [210], 10, 2),
  ...worlds(150, 300, 75, [208], 10, 3),
  ...worlds(200, 400, 75, [102, 106], 10, 5),
  ...worlds(300, 2_000, 75, [211], 8, 10),
  ...worlds(400, 800, 75, [103, 107], 10, 8),
  ...worlds(600, 2_000, 75, [212], 6, 20),
  ...worlds(800, 1_600, 40, [206], 10, 13),
  ...worlds(1_000, 2_000, 75, [104], 10, 20),
  ...worlds(2_000, 4_000, 40, [207], 12, 30),
  ...worlds(3_000, 6_000, 6, [201, 202, 203, 204], 6, 14),
];

function worlds(
  customers: number,
  terminals: number,
  days: number,
  seeds: readonly number[],
  firstBlocks: number,
  oneIn: number,
): ReferenceWorld[] {
  return seeds.map((seed) => ({
    options: { seed, startDate: '2025-01-01', days, customers, terminals },
    firstBlocks,
    oneIn,
  }));
}

/** Whether a block is taken. @param index its place among the blocks of its world. */
export function isTaken(index: number, { firstBlocks, oneIn }: Pick<ReferenceWorld, 'firstBlocks' | 'oneIn'>): boolean {
  return index < firstBlocks || index % oneIn === 0;
}

/** The rows of a world that are taken, as lines of JSON: a text for each block. */
export function* blocksOf(world: ReferenceWorld): Generator<string> {
  const names = Object.values(FEATURES).flatMap((list) => list.map(({ name }) => name));
  const builder = new FeatureBuilder();
  let rows = 0;
  let lines = '';
  for (const transaction of generateTransactions(world.options)) {
    const features = builder.next(transaction);
    if (isTaken(Math.floor(rows / BLOCK_ROWS), world)) {
      const values = Object.values(features).flatMap((list) => [...list]);
      lines += `${JSON.stringify(Object.fromEntries(names.map((name, column) => [name, values[column]])))}\n`;
    }
    rows += 1;
    if (rows % BLOCK_ROWS !== 0) continue;
    if (lines !== '') yield lines;
    lines = '';
  }
}
