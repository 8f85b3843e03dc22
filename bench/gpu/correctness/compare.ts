import type { ColumnScores, FeatureColumns } from 'fraud-scorer';
import { defaultPolicy } from '../../../src/answering/policy.js';
import { openModelDirectory } from '../../../src/models/model-directory.js';
import { openScorer } from '../open-scorer.js';
import type { GpuSettings } from '../settings.js';
import { type Differences, differencesOf } from './differences.js';
import { answeredScores, expectedScores, readGoldenCases } from './golden.js';
import { randomRows } from './random-rows.js';

/** The same rows every time. */
const seed = 7;

/** The golden cases through `scoreMany`, against what PyTorch answered. */
export function compareGolden(settings: GpuSettings): Promise<Differences> {
  return compareCases(settings, settings.golden);
}

/**
 * Cases that lie beside a model, through `scoreMany`, against what they must come to.
 *
 * @param allowed how far a score may be off.
 */
export async function compareCases(
  settings: GpuSettings,
  model: string,
  file?: string,
  allowed?: number,
): Promise<Differences> {
  const cases = await readGoldenCases(model, file);
  await using scorer = await openScorer(settings, { model });
  const outcomes = await scorer.scoreMany(cases.map(({ features }) => ({ features })));
  return differencesOf(expectedScores(cases), answeredScores(outcomes), await policyOf(model), allowed);
}

/**
 * Random rows through `scoreColumns`, against the CPU provider on the same rows.
 *
 * @param allowed how far a score may be off.
 */
export async function compareRandom(
  settings: GpuSettings,
  model: string,
  rows: number,
  allowed?: number,
): Promise<Differences> {
  const { manifest } = await openModelDirectory(model);
  const columns = randomRows(manifest.inputs, rows, seed);
  const onCpu = await scored({ ...settings, provider: 'cpu' }, model, columns, rows);
  return differencesOf(onCpu, await scored(settings, model, columns, rows), await policyOf(model), allowed);
}

async function scored(
  settings: GpuSettings,
  model: string,
  columns: FeatureColumns,
  rows: number,
): Promise<ColumnScores> {
  const { provider, cpuWorkers, sessions, columnBatchSize } = settings;
  // Other batches than the CPU's: those that are served on the device.
  const choice = provider === 'cpu' ? { workers: cpuWorkers } : { workers: sessions, maxBatchSize: columnBatchSize };
  await using scorer = await openScorer(settings, { model, ...choice });
  return await scorer.scoreColumns(columns, rows);
}

/** As the scorer decides with. */
async function policyOf(model: string): Promise<typeof defaultPolicy> {
  const { manifest } = await openModelDirectory(model);
  return { ...defaultPolicy, ...manifest.policy };
}
