import { join, relative } from 'node:path';
import { readCommit, readEnvironment } from '../environment.js';
import type { AgainstOptions, BenchOptions } from '../options.js';
import { Progress } from '../progress.js';
import { writeJson } from '../report/write-json.js';
import { findBuild } from './build.js';
import { compare } from './compare.js';
import type { ComparisonFile } from './comparison-file.js';
import { comparisons } from './comparisons.js';
import { comparisonText } from './report.js';
import { failuresOf, limitsOf, rowsOf } from './rows.js';

/**
 * `npm run bench -- --against DIR`: compares the build of this checkout with another one, writes `against.json` and prints the table.
 *
 * @param checkout the folder of this checkout.
 */
export async function benchAgainst(
  checkout: string,
  { directory, comparisons: chosen, pairs }: AgainstOptions,
  { settings, directory: out }: BenchOptions,
): Promise<void> {
  const [ourBuild, theirBuild] = [findBuild(checkout), findBuild(directory)];
  const { model, sliceMs: windowMs, outstanding, columnRows, limitBatchSize, tickMs } = settings;
  const takenAt = new Date();
  const path = join(out, 'against.json');
  let file: ComparisonFile = {
    format: 1,
    takenAt: takenAt.toISOString(),
    seconds: 0,
    environment: readEnvironment(),
    that: { commit: readCommit(directory) },
    pairs,
    // Folders of this machine are left out.
    settings: { model: relative(checkout, model), windowMs, outstanding, columnRows, limitBatchSize, tickMs },
    rows: [],
    limits: [],
    notes: [],
  };
  for (const comparison of comparisons.filter(({ name }) => chosen.includes(name))) {
    const progress = new Progress(comparison.name);
    try {
      const rounds = await compare(comparison, { ourBuild, theirBuild, pairs, settings }, progress);
      file = {
        ...file,
        seconds: Math.round((Date.now() - takenAt.getTime()) / 1000),
        rows: [...file.rows, ...rowsOf(comparison, rounds)],
        limits: [...file.limits, ...limitsOf(comparison, rounds)],
        notes: [...file.notes, ...failuresOf(comparison, rounds)],
      };
      await writeJson(path, file);
    } catch (error) {
      // The other comparisons are worth their time all the same.
      console.error(error);
      process.exitCode = 1;
    } finally {
      progress.stop();
    }
  }
  console.log(`\n${comparisonText(file)}\n\n${path}`);
}
