import { describe, expectTypeOf, it } from 'vitest';
import {
  type AbortedError,
  type ErrorCode,
  FraudScorerError,
  InvalidOptionsError,
  InvalidRequestError,
  type Issue,
  type ModelInvalidError,
  QueueFullError,
  type ScoreOutcome,
} from '../../src/index.js';

// What is claimed here is checked by the type checker (`npm run typecheck`); running it proves nothing more.
describe('the types of errors', () => {
  it('know the issues once `code` is looked at, for an error that was caught', () => {
    const issuesOf = (error: unknown): readonly Issue[] => {
      if (!(error instanceof FraudScorerError)) throw error;
      switch (error.code) {
        case 'ERR_INVALID_REQUEST':
          expectTypeOf(error).toEqualTypeOf<InvalidRequestError>();
          return error.issues;
        case 'ERR_INVALID_OPTIONS':
          return error.issues;
        case 'ERR_MODEL_INVALID':
          expectTypeOf(error).toEqualTypeOf<ModelInvalidError>();
          return error.issues;
        case 'ERR_ABORTED':
          expectTypeOf(error).toEqualTypeOf<AbortedError>();
          return [];
        default:
          // @ts-expect-error Only three codes have issues.
          return error.issues ?? [];
      }
    };
    expectTypeOf(issuesOf).returns.toEqualTypeOf<readonly Issue[]>();
  });

  it('narrow an error of any declared type', () => {
    const ofError = (error: Error) => (error instanceof FraudScorerError ? error : null);
    expectTypeOf(ofError).returns.toEqualTypeOf<FraudScorerError | null>();
    const ofUnion = (error: FraudScorerError | TypeError) => (error instanceof FraudScorerError ? error.code : null);
    expectTypeOf(ofUnion).returns.toEqualTypeOf<ErrorCode | null>();
    const ofAny = (reason: PromiseRejectedResult['reason']) => (reason instanceof FraudScorerError ? reason : null);
    expectTypeOf(ofAny).returns.toEqualTypeOf<FraudScorerError | null>();
    const ofParameter = (error: FraudScorerError) => (error.code === 'ERR_INVALID_REQUEST' ? error.issues : []);
    expectTypeOf(ofParameter).returns.toEqualTypeOf<readonly Issue[]>();
  });

  it('narrow to the class that `instanceof` names', () => {
    const read = (error: unknown) => {
      if (error instanceof InvalidRequestError) return expectTypeOf(error).toEqualTypeOf<InvalidRequestError>();
      if (error instanceof InvalidOptionsError) return expectTypeOf(error.issues).toEqualTypeOf<readonly Issue[]>();
      if (error instanceof QueueFullError) return expectTypeOf(error).toEqualTypeOf<QueueFullError>();
      return null;
    };
    expectTypeOf(read).toBeFunction();
  });

  it('know the issues of a request that scoreMany rejected', () => {
    const issuesOf = (outcome: ScoreOutcome) => {
      if (outcome.status === 'fulfilled') return [];
      return outcome.reason.code === 'ERR_INVALID_REQUEST' ? outcome.reason.issues : [];
    };
    expectTypeOf(issuesOf).returns.toEqualTypeOf<readonly Issue[]>();
  });

  it('name every code, and no other', () => {
    expectTypeOf<'ERR_CLOSED'>().toExtend<ErrorCode>();
    // @ts-expect-error There is no such code.
    expectTypeOf<'ERR_CLOSD'>().toExtend<ErrorCode>();
    const isFull = (error: FraudScorerError) => {
      // @ts-expect-error There is no such code, so that the comparison can't be true.
      return error.code === 'ERR_FULL';
    };
    expectTypeOf(isFull).returns.toBeBoolean();
  });
});
