import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvironment } from '../environment.js';
import { Progress } from '../progress.js';
import type { RecordedResult } from '../report/result-file.js';
import type { Settings } from '../settings.js';
import { type MeasureName, measureNames } from './measure.js';
import { runMeasure } from './run-measure.js';
import { comparisonOf, type Pairs } from './table.js';

const ofBuilds = ['score', 'scoreMany', 'scoreColumns', 'open'] as const satisfies readonly MeasureName[];
const ofNone = measureNames.filter((name) => !ofBuilds.some((build) => build === name));

/**
 * Compares the build in this checkout with another, measure by measure, the two alternating and another first in each pair.
 *
 * @param directory of the other checkout, or its `dist`.
 * @throws {Error} where there is no build.
 */
export async function compare(directory: string, pairs: number, settings: Settings): Promise<RecordedResult> {
  const builds = { here: distIn(fileURLToPath(new URL('../../', import.meta.url))), there: distIn(directory) };
  const takenAt = new Date();
  const progress = new Progress('against');
  progress.expect(pairs * (2 * ofBuilds.length + ofNone.length));
  const found: Pairs = { here: {}, there: {}, alone: {} };
  const take = async (side: keyof Pairs, name: MeasureName): Promise<void> => {
    const dist = side === 'there' ? builds.there : builds.here;
    const measured = await runMeasure({ name, dist, settings });
    const values = found[side][name] ?? [];
    values.push(measured);
    found[side][name] = values;
    progress.done(side === 'alone' ? name : `${name}, ${side}`);
  };
  try {
    for (let pair = 0; pair < pairs; pair += 1) {
      const sides: readonly (keyof Pairs)[] = pair % 2 === 0 ? ['here', 'there'] : ['there', 'here'];
      for (const name of ofNone) await take('alone', name);
      for (const name of ofBuilds) for (const side of sides) await take(side, name);
    }
  } finally {
    progress.stop();
  }
  return {
    scenario: 'against',
    title: `This build beside another, ${pairs} pairs`,
    takenAt: takenAt.toISOString(),
    seconds: Math.round((Date.now() - takenAt.getTime()) / 1000),
    environment: readEnvironment(),
    // Where the checkouts lie is nobody's business.
    settings: { ...settings, model: 'the bundled model' },
    ...comparisonOf(found),
  };
}

function distIn(directory: string): string {
  const candidates = [join(resolve(directory), 'dist'), resolve(directory)];
  const found = candidates.find((candidate) => existsSync(join(candidate, 'index.js')));
  if (found !== undefined) return found;
  throw new Error(
    `${directory}: expected a checkout with a build, or its dist folder; found no index.js (npm run build)`,
  );
}
