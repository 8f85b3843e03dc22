import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { modelWith } from '../support/model-with.js';
import { fixtureModel } from '../support/paths.js';

let folder: string;
let warnings: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-notes-'));
  warnings = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function create(policy: FraudScorerOptions['policy'], model = fixtureModel('linear')): Promise<FraudScorer> {
  const nothing = (): void => {};
  const logger = { info: nothing, error: nothing, warn: (message: string) => warnings.push(message) };
  return FraudScorer.create({ model, workers: 1, providers: ['cpu'], policy, logger });
}

const byProbability =
  "The policy's reviewProbability (0.9) is above its blockProbability (0.8): no transaction is reviewed for its fraud probability. Lower reviewProbability, or raise blockProbability";

describe('a threshold that has no effect', () => {
  it('is warned of once at the start, and once more when the policy changes to another such', async () => {
    await using scorer = await create({ reviewProbability: 0.9 });
    expect(warnings).toEqual([byProbability]);
    scorer.setPolicy({ highRisk: 0.6 });
    scorer.setPolicy({ reviewProbability: 0.9 });
    expect(warnings).toEqual([byProbability]);
    scorer.setPolicy({ reviewRisk: 0.95, mediumRisk: 0.65 });
    expect(warnings.slice(1)).toEqual([
      "The policy's reviewRisk (0.95) is above its blockRisk (0.9): no transaction is reviewed for its risk score. Lower reviewRisk, or raise blockRisk",
      "The policy's mediumRisk (0.65) is above its highRisk (0.6): no risk level is MEDIUM. Lower mediumRisk, or raise highRisk",
    ]);
    scorer.setPolicy({ reviewProbability: 0.5 });
    scorer.setPolicy({ reviewProbability: 0.9 });
    expect(warnings.slice(3)).toEqual([byProbability]);
  });

  it('is warned of where it is the manifest that has it, and noted by the check', async () => {
    const model = await modelWith(folder, 'linear', { policy: { reviewProbability: 0.9 } });
    await using _scorer = await create({}, model);
    expect(warnings).toEqual([byProbability]);
    expect((await checkModel(model)).notes).toContain(byProbability);
  });

  it('is not spoken of where each review threshold is at most its block threshold', async () => {
    await using _scorer = await create({ reviewProbability: 0.8, blockProbability: 0.8 });
    expect(warnings).toEqual([]);
  });
});
