import { describe, expectTypeOf, it } from 'vitest';
import type { ReferenceFeatures } from '../../models/visa-fraud/reference.js';
import type { FallbackResult, ModelResult, ScoreRequest, ScoreResult } from '../../src/index.js';

// What is claimed here is checked by the type checker (`npm run typecheck`); running it proves nothing more.
describe('the public types', () => {
  it("take the reference model's features as a request's", () => {
    expectTypeOf<{ features: ReferenceFeatures }>().toExtend<ScoreRequest>();
  });

  it("tell a model's result from a fallback by its source", () => {
    expectTypeOf<Extract<ScoreResult, { source: 'model' }>>().toEqualTypeOf<ModelResult>();
    expectTypeOf<Extract<ScoreResult, { source: 'fallback' }>>().toEqualTypeOf<FallbackResult>();
    expectTypeOf<FallbackResult['fraudProbability']>().toEqualTypeOf<null>();
  });
});
