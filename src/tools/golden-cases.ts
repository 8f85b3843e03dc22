import { join } from 'node:path';
import { decide, roundPolicy } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { Provider } from '../api/provider.js';
import type { Decision } from '../api/result.js';
import { ModelInvalidError } from '../errors.js';
import { messageOf } from '../host/thrown.js';
import { parseJsonFile } from '../models/json-text.js';
import type { ManifestInput } from '../models/manifest.js';
import { isThere, readSmall } from '../models/read-file.js';
import type { Scores } from '../protocol/outputs.js';
import { isProbability } from '../protocol/outputs.js';
import type { GraphDescription } from '../protocol/serving.js';
import { isDecision } from '../validation/decision.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeKind, IssueList } from '../validation/issues.js';
import { givenRows } from './verification-rows.js';

/** The file of a model directory with rows and their expected scores. */
export const casesFile = 'cases.json';

/** How much a score may differ from the expected one, absolute. Other providers add numbers in another order. */
const tolerance: Readonly<Record<Provider, number>> = { cpu: 1e-5, cuda: 1e-4, tensorrt: 1e-4 };

/** float16 has 11 significant bits: steps of 1/2000 below 1. */
const float16Tolerance = 2e-3;

/** @param graph null if it is not known. */
export function caseTolerance(provider: Provider, graph: GraphDescription | null): number {
  const values = [...(graph?.inputs ?? []), ...(graph?.outputs ?? [])];
  return values.some(({ type }) => type === 'float16') ? float16Tolerance : tolerance[provider];
}

/** The expected result of a row. */
export interface Expected {
  fraudProbability: number;
  /** null if the file does not give it. */
  riskScore: number | null;
  /** With the default thresholds and the manifest's; null if the file does not give it. */
  decision: Decision | null;
}

export interface GoldenCases {
  /** Raw features, row after row. */
  rows: Float32Array;
  expected: Expected[];
}

/**
 * Reads a model directory's `cases.json`: a list of `{ features, expected: { fraudProbability, riskScore?, decision? } }`.
 *
 * @param folders the folders with the directory's files. The first one that has the file counts.
 * @returns null if there is no such file.
 * @throws {ModelInvalidError} if it is not valid.
 * @throws {InvalidRequestError} if a row does not match the manifest. The error quotes nothing of it.
 */
export async function readGoldenCases(
  folders: readonly string[],
  inputs: readonly ManifestInput[],
): Promise<GoldenCases | null> {
  const path = await firstThere(folders.map((folder) => join(folder, casesFile)));
  if (path === null) return null;
  const issues = new IssueList();
  const cases = listOf(await readSmall(path), path);
  const features: object[] = [];
  const expected: Expected[] = [];
  for (const [index, item] of cases.entries()) {
    const reader = new FieldReader(item ?? null, `[${index}]`, issues);
    // Checked against the manifest below, like any request.
    features.push(reader.required('features', 'an object', isFeatures) ?? {});
    expected.push(readExpected(reader.nested('expected')));
  }
  if (issues.total > 0) throw new ModelInvalidError(path, issues.listed, { totalIssues: issues.total });
  return { rows: givenRows(inputs, features), expected };
}

async function firstThere(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isThere(path)) return path;
  return null;
}

function listOf(file: Uint8Array, path: string): unknown[] {
  let found: string;
  try {
    const json = parseJsonFile(file);
    if (Array.isArray(json) && json.length > 0) return json;
    found = `found ${describeKind(json)}`;
  } catch (error) {
    found = messageOf(error);
  }
  throw new ModelInvalidError(`${path}: expected a JSON list of at least one case: ${found}`);
}

function readExpected(reader: FieldReader): Expected {
  const expected = 'a number in [0, 1]';
  return {
    fraudProbability: reader.required('fraudProbability', expected, isScore) ?? Number.NaN,
    riskScore: reader.value('riskScore', expected, isScore) ?? null,
    decision: reader.value('decision', "'APPROVE', 'REVIEW' or 'BLOCK'", isDecision) ?? null,
  };
}

/** How far scores are from the expected ones. */
export interface CaseComparison {
  largestDifference: number;
  /** The problem of each failed case. */
  problems: string[];
}

/**
 * Compares scores with the expected ones. A decision may only differ if a score is within the tolerance of a threshold.
 *
 * @param policy null to ignore decisions.
 * @param tolerance the largest allowed difference, absolute.
 */
export function compareWithCases(
  scores: readonly Scores[],
  expected: readonly Expected[],
  policy: DecisionPolicy | null,
  tolerance: number,
): CaseComparison {
  const rounded = policy === null ? null : roundPolicy(policy);
  const comparison: CaseComparison = { largestDifference: 0, problems: [] };
  for (const [index, want] of expected.entries()) {
    const have = scores[index];
    if (have === undefined) {
      comparison.problems.push(`case ${index}: expected scores, received none`);
      continue;
    }
    for (const field of ['fraudProbability', 'riskScore'] as const) {
      const wanted = want[field];
      if (wanted === null) continue;
      const difference = Math.abs(have[field] - wanted);
      comparison.largestDifference = Math.max(comparison.largestDifference, difference);
      // A score that is not a number never matches.
      if (difference <= tolerance) continue;
      comparison.problems.push(
        `case ${index}: ${field}: expected ${wanted} to within ${tolerance}, received ${have[field]}`,
      );
    }
    if (policy === null || rounded === null) continue;
    const decision = decide(have.fraudProbability, have.riskScore, rounded);
    if (
      want.decision === null ||
      decision === want.decision ||
      isNearThreshold({ ...have, ...withRisk(want) }, policy, tolerance)
    )
      continue;
    comparison.problems.push(`case ${index}: decision: expected ${want.decision}, received ${decision}`);
  }
  return comparison;
}

/** If the file does not give the risk, the model's own risk counts. */
function withRisk({ fraudProbability, riskScore }: Expected): Partial<Scores> {
  return riskScore === null ? { fraudProbability } : { fraudProbability, riskScore };
}

function isNearThreshold({ fraudProbability, riskScore }: Scores, policy: DecisionPolicy, tolerance: number): boolean {
  const isNear = (score: number, ...thresholds: number[]): boolean =>
    thresholds.some((threshold) => Math.abs(score - threshold) <= tolerance);
  return (
    isNear(fraudProbability, policy.reviewProbability, policy.blockProbability) ||
    isNear(riskScore, policy.reviewRisk, policy.blockRisk)
  );
}

function isFeatures(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScore(value: unknown): value is number {
  return typeof value === 'number' && isProbability(value);
}
