import { readFileSync } from 'node:fs';
import type { Decision, RiskLevel } from '../../src/api/result.js';
import { projectPath } from './paths.js';

export interface GoldenCase {
  features: Record<string, number[]>;
  expected: { fraudProbability: number; riskScore: number; riskLevel: RiskLevel; decision: Decision };
}

/** 200 requests with what PyTorch answered. */
export function goldenCases(): GoldenCase[] {
  return JSON.parse(readFileSync(projectPath('test/fixtures/golden/cases.json'), 'utf8'));
}
