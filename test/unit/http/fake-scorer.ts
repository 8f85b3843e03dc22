import { vi } from 'vitest';
import type { Health } from '../../../src/api/health.js';
import type { ModelResult, ScoreOutcome } from '../../../src/api/result.js';
import type { HttpScorer } from '../../../src/integrations/http/types.js';

export const answer: ModelResult = {
  source: 'model',
  id: 'tx-1',
  decision: 'REVIEW',
  decidedBy: 'policy',
  fraudProbability: 0.625,
  riskScore: 0.5,
  riskLevel: 'MEDIUM',
  model: { name: 'visa-fraud', version: '1' },
  provider: 'cpu',
  timing: { queueMs: 0.1, inferenceMs: 0.5, totalMs: 0.75, batchSize: 1 },
};

const health: Health = {
  status: 'ok',
  ready: true,
  provider: 'cpu',
  providers: [],
  workers: 1,
  queueDepth: 0,
  reasons: [],
};

/** A scorer whose answers are the test's own. */
export function fakeScorer() {
  const score = vi.fn<(request: unknown, options?: object) => Promise<ModelResult>>(async () => answer);
  return {
    score,
    scoreMany: vi.fn<(requests: Iterable<unknown>, options?: object) => Promise<ScoreOutcome[]>>(async (requests) =>
      [...requests].map(() => ({ status: 'fulfilled', value: answer })),
    ),
    health: vi.fn(() => health),
  } satisfies HttpScorer;
}
