import { ModelInvalidError } from '../errors.js';
import type { ModelDirectory } from '../models/model-directory.js';
import type { ReadyReport } from '../protocol/serving.js';
import {
  casesFile,
  caseTolerance,
  compareWithCases,
  type Expected,
  type GoldenCases,
  readGoldenCases,
} from '../tools/golden-cases.js';

/** So many are named. */
const listed = 5;

/** The rows of `cases.json`; null where there is no such file, or it is not as it should be, which is for the check to say. */
export async function casesOf({ folders, manifest }: ModelDirectory): Promise<GoldenCases | null> {
  return readGoldenCases(folders, manifest.inputs).catch(() => null);
}

/**
 * Holds what a worker's trial run made of the cases against what they must come to. Their decisions are left alone: those depend on the
 * host's thresholds.
 *
 * @throws {ModelInvalidError} where a score is another.
 */
export function refuseByCases(
  { trial, provider, graph }: ReadyReport,
  expected: readonly Expected[],
  modelPath: string,
): void {
  if (trial === undefined) return;
  const scores = trial.cases.map((row) => ({
    fraudProbability: row?.fraudProbability ?? Number.NaN,
    riskScore: row?.riskScore ?? row?.fraudProbability ?? Number.NaN,
  }));
  const wanted = expected.map((want) => ({ ...want, decision: null }));
  const { problems } = compareWithCases(scores, wanted, null, caseTolerance(provider, graph));
  if (problems.length === 0) return;
  const more = problems.length > listed ? `; and ${problems.length - listed} more` : '';
  const message = `${modelPath} does not score the rows of its ${casesFile} as that says: ${problems.slice(0, listed).join('; ')}${more}`;
  throw new ModelInvalidError(message);
}
