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

/** At most this many problems are listed. */
const listed = 5;

/** The rows of `cases.json`; null if there is no such file or it is not valid. The check reports an invalid file. */
export async function casesOf({ folders, manifest }: ModelDirectory): Promise<GoldenCases | null> {
  return readGoldenCases(folders, manifest.inputs).catch(() => null);
}

/**
 * Compares the scores of a worker's trial run with the expected scores of the cases. Decisions are not compared, because they depend on the
 * host's thresholds.
 *
 * @throws {ModelInvalidError} if a score differs.
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
  const message = `${modelPath} does not give the scores that its ${casesFile} expects: ${problems.slice(0, listed).join('; ')}${more}`;
  throw new ModelInvalidError(message);
}
