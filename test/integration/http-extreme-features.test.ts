import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import { createScoringRoutes, type ScoringRoutes } from '../../src/integrations/http/index.js';
import { goldenModel, projectPath } from '../support/paths.js';

/** Finite, and so large that the model's arithmetic overflows. */
const huge = 3e38;

describe.each([
  ['bundled', projectPath('models/visa-fraud/1')],
  ['golden', goldenModel],
])('Features that the %s model has no score for', (_, model) => {
  let scorer: FraudScorer;
  let routes: ScoringRoutes;

  beforeAll(async () => {
    scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
    routes = createScoringRoutes(scorer);
  });

  afterAll(() => scorer.close());

  const featuresOf = (value: number): Record<string, number[]> =>
    Object.fromEntries(
      scorer
        .describeModel()
        .inputs.map(({ name, size }) => [
          name,
          Array.from({ length: size }, (_, column) => (column % 2 === 0 ? value : -value)),
        ]),
    );
  const post = (path: string, body: unknown) => routes.handle({ method: 'POST', path, headers: {}, body });

  it('are 422 with a code of their own, and an InferenceError that says which output it was', async () => {
    expect(await post('/score', { features: featuresOf(huge) })).toMatchObject({
      status: 422,
      body: { code: 'ERR_SCORE_OUT_OF_RANGE', detail: expect.stringContaining('features') },
    });
    await expect(scorer.score({ features: featuresOf(huge) })).rejects.toMatchObject({
      code: 'ERR_INFERENCE',
      outOfRange: 'fraudProbability',
    });
  });

  it('fail no other request of their batch', async () => {
    const requests = Array.from({ length: 40 }, (_, place) => ({ features: featuresOf(place % 4 === 1 ? huge : 0) }));
    const { status, body } = await post('/score/batch', { requests });
    expect(status).toBe(200);
    const { outcomes } = body as { outcomes: { status: string; reason?: { status: number } }[] };
    expect(outcomes.map((outcome) => outcome.reason?.status ?? outcome.status)).toEqual(
      requests.map((_, place) => (place % 4 === 1 ? 422 : 'fulfilled')),
    );
    const alone = await Promise.allSettled(requests.map((request) => scorer.score(request)));
    expect(alone.map((one) => one.status === 'fulfilled')).toEqual(requests.map((_, place) => place % 4 !== 1));
  });
});
