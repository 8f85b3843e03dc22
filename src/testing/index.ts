/**
 * A scorer with scripted answers, a fake clock and fixtures, for the tests of hosts.
 *
 * @module
 */
export type { FakeAnswer, ScriptedAnswer } from './answer.js';
export { type ErrorsByCode, errorCodes, fraudScorerError } from './errors-by-code.js';
export type { FakeBreach, FakeCall, FakeColumnsCall, FakeOutcome, HostFailure } from './fake-call.js';
export { FakeClock, type FakeTimer, fakeClock } from './fake-clock.js';
export type { FakeScorerOptions } from './fake-options.js';
export { FakeScorer, fakeScorer } from './fake-scorer.js';
export type { FakeVersionedScorer } from './fake-versioned-scorer.js';
export type { FixtureOptions, PartialDeep } from './fixture-options.js';
export type * from './mentioned-types.js';
export {
  type FixtureFeatures,
  fallbackResult,
  type RequestFixtureOptions,
  scoreRequest,
  scoreResult,
} from './score-fixtures.js';
export type { Decided, DecideRequest } from './script.js';
export {
  alert,
  decisionRecord,
  deploymentEvent,
  health,
  metrics,
  summary,
  workerLostEvent,
} from './summary-fixtures.js';
export type { TestModel } from './test-model.js';
export type { TestModels } from './test-models.js';
