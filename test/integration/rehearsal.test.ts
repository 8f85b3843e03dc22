import { describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { openModelDirectory } from '../../src/models/model-directory.js';
import { type Rehearsed, rehearse } from '../../src/rehearsal.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

describe('the rehearsal at the start', () => {
  it.each(['linear', 'missing', 'trees', 'batch-3-typed', 'typed'] as const)(
    'scores requests in every form, none of which %s refuses',
    async (name) => {
      const model = fixtureModel(name);
      await using scorer = await FraudScorer.create({ model, workers: 1, providers: ['cpu'] });
      const failures: unknown[] = [];
      const noted = async <T>(answer: Promise<T>): Promise<T> => {
        answer.catch((error: unknown) => failures.push(error));
        return answer;
      };
      const rehearsed = untyped<Rehearsed>({
        score: (...given: Parameters<FraudScorer['score']>) => noted(scorer.score(...given)),
        scoreMany: async (...given: Parameters<FraudScorer['scoreMany']>) => {
          const outcomes = await scorer.scoreMany(...given);
          for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
          return outcomes;
        },
        scoreColumns: (...given: Parameters<FraudScorer['scoreColumns']>) => noted(scorer.scoreColumns(...given)),
        summary: () => scorer.summary(),
        health: () => scorer.health(),
      });
      const { manifest } = await openModelDirectory(model);
      await rehearse(rehearsed, manifest.inputs);
      expect(failures).toEqual([]);
      expect(scorer.summary().requests.succeeded).toBeGreaterThan(1_000);
    },
  );
});
