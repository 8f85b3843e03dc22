import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Decision, ScoreOutcome, ScoreRequest } from 'fraud-scorer';
import type { RowScores } from './differences.js';

export interface GoldenCase extends ScoreRequest {
  expected: { fraudProbability: number; riskScore: number; decision: Decision };
}

const decisions: readonly Decision[] = ['APPROVE', 'REVIEW', 'BLOCK'];

/** Requests with what PyTorch answered. @throws {Error} where the file is not there, or something else. */
export async function readGoldenCases(directory: string, file = 'cases.json'): Promise<GoldenCase[]> {
  const path = join(directory, file);
  const json: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (Array.isArray(json) && json.length > 0 && json.every(isGoldenCase)) return json;
  throw new Error(`${path}: expected golden cases, received something else`);
}

/** What was expected, as columns are answered. */
export function expectedScores(cases: readonly GoldenCase[]): RowScores {
  return toColumns(cases.map(({ expected }) => expected));
}

/** What `scoreMany` answered, as columns are. @throws {Error} where a request was not answered by the model. */
export function answeredScores(outcomes: readonly ScoreOutcome[]): RowScores {
  return toColumns(
    outcomes.map((outcome, index) => {
      if (outcome.status === 'fulfilled' && outcome.value.source === 'model') return outcome.value;
      const reason = outcome.status === 'rejected' ? outcome.reason.message : 'by the fallback';
      throw new Error(`case ${index}: expected an answer of the model, received ${reason}`);
    }),
  );
}

function toColumns(scores: readonly GoldenCase['expected'][]): RowScores {
  return {
    fraudProbability: Float32Array.from(scores, ({ fraudProbability }) => fraudProbability),
    riskScore: Float32Array.from(scores, ({ riskScore }) => riskScore),
    decision: Uint8Array.from(scores, ({ decision }) => decisions.indexOf(decision)),
  };
}

function isGoldenCase(value: unknown): value is GoldenCase {
  if (typeof value !== 'object' || value === null || !('features' in value) || !('expected' in value)) return false;
  const { features, expected } = value;
  if (typeof features !== 'object' || features === null || typeof expected !== 'object' || expected === null)
    return false;
  const { fraudProbability, riskScore, decision } = expected as Partial<GoldenCase['expected']>;
  return typeof fraudProbability === 'number' && typeof riskScore === 'number' && typeof decision === 'string';
}
