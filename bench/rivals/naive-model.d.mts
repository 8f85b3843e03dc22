import type { Decision, ScoreRequest } from '../../src/index.js';
import type { PlainExport } from './plain-export.js';

export interface NaiveModel {
  score(request: ScoreRequest): Promise<{ fraudProbability: number; riskScore: number; decision: Decision }>;
  close(): Promise<void>;
}

/** A session that takes a transaction a run, in the thread that calls it. */
export function loadNaiveModel(plain: PlainExport): Promise<NaiveModel>;
