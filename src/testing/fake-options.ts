import { readPolicyPatch } from '../answering/policy.js';
import type { Patch } from '../api/patch.js';
import type { DecisionPolicy, Fallback } from '../api/policy.js';
import type { Explain } from '../api/request.js';
import { type Clock, hostClock } from '../host/clock.js';
import type { Manifest } from '../models/manifest.js';
import { isExplain } from '../requests/score-options.js';
import { isDecision } from '../validation/decision.js';
import { FieldReader } from '../validation/field-reader.js';
import { type FakeAnswer, isLatency, readAnswer } from './answer.js';
import { FakeClock } from './fake-clock.js';
import { type DecideRequest, Script } from './script.js';
import { manifestOf, type TestModel } from './test-model.js';
import type { TestModels } from './test-models.js';

/** Options of `fakeScorer`. */
export interface FakeScorerOptions<Known = unknown> {
  /** What the first requests are answered with, one after the other. @default none */
  answers?: readonly FakeAnswer[] | undefined;
  /** Decides over each request after those. @default `otherwise` */
  decide?: DecideRequest | undefined;
  /** What is answered where nothing else says. @default 'APPROVE' */
  otherwise?: FakeAnswer | undefined;
  /** Milliseconds until an answer that does not say, on `clock`; at least 0, `Infinity` for never. @default 0 */
  latencyMs?: number | undefined;
  /** What latencies and timeouts go by. @default the timers and the `Date` that the global object has at that time: fake ones where a test installs them */
  clock?: FakeClock | undefined;
  /** Whose name and version answers have, and by which features are checked. @default the demonstration model, and features of any names are taken */
  model?: TestModel | undefined;
  /**
   * What is at the paths that `deploy` is given, where there are no such directories: the contents of a `model.json`, another directory, or the error
   * that `deploy` rejects with.
   */
  models?: TestModels | undefined;
  /** As of `FraudScorer.create`: what routing keys are hashed with. @default the name of the first model */
  routingSalt?: string | undefined;
  /** Whether features are checked as a real scorer does. @default whether `model` is given */
  checkFeatures?: boolean | undefined;
  /** Where features are checked: what becomes of names that the model does not have. @default 'refuse' */
  unknownFeatures?: 'refuse' | 'ignore' | undefined;
  /** As of `FraudScorer.create`: thresholds by which scores become decisions. */
  policy?: Patch<DecisionPolicy> | undefined;
  /** As of `FraudScorer.create`: what answers in the place of errors. @default 'throw' */
  fallback?: Fallback<Known> | undefined;
  /** As of `FraudScorer.create`: which answers have reasons. @default false */
  explain?: Explain | undefined;
  /** As of `FraudScorer.create`: milliseconds that a request may take. @default 1_000 */
  timeoutMs?: number | undefined;
  /** As of `FraudScorer.create`: requests that may wait at the same time. @default 10_000 */
  maxQueueSize?: number | undefined;
  /** Workers that it says it has; it starts none. @default 2 */
  workers?: number | undefined;
}

/** The options of a fake, complete and valid. */
export interface ResolvedFakeOptions {
  script: Script;
  latencyMs: number;
  clock: Clock;
  manifest: Manifest;
  models: TestModels;
  routingSalt: string;
  checkFeatures: boolean;
  ignoresUnknown: boolean;
  policy: Partial<DecisionPolicy>;
  fallback: Fallback;
  explain: Explain;
  timeoutMs: number;
  maxQueueSize: number;
  workers: number;
}

/** @throws {InvalidOptionsError} with every option that is unknown or not as documented. @throws {ModelInvalidError} where the model is none. */
export function readFakeOptions(options: object): ResolvedFakeOptions {
  const reader = new FieldReader(options);
  const answers = reader.value('answers', 'a list of answers', isList) ?? [];
  const decide = reader.value('decide', 'a function of the request', isDecide);
  const otherwise = reader.value('otherwise', 'an answer', isGiven);
  const model = reader.value('model', 'a model directory, or the contents of a model.json', isModel);
  const routingSalt = reader.value('routingSalt', 'a text', isString);
  const read = {
    models: reader.value('models', 'an object of models, or errors, by path', isModels) ?? {},
    latencyMs: reader.value('latencyMs', 'milliseconds of at least 0', isLatency) ?? 0,
    clock: reader.value('clock', 'a FakeClock', isFakeClock) ?? hostClock,
    checkFeatures: reader.value('checkFeatures', 'true or false', isBoolean) ?? model !== undefined,
    ignoresUnknown: reader.oneOf('unknownFeatures', ['refuse', 'ignore'], 'refuse') === 'ignore',
    policy: readPolicyPatch(reader.nested('policy')),
    fallback: reader.value('fallback', "'throw', 'APPROVE', 'REVIEW', 'BLOCK' or a function", isFallback) ?? 'throw',
    explain: reader.value('explain', "true, false, 'review' or 'block'", isExplain) ?? false,
    timeoutMs: reader.number('timeoutMs', 1_000, { above: 0, unit: 'milliseconds' }),
    maxQueueSize: reader.number('maxQueueSize', 10_000, { min: 1, max: 1_000_000, integer: true }),
    workers: reader.number('workers', 2, { min: 1, max: 1_000, integer: true }),
  };
  reader.rejectUnknown().throwIfInvalid();
  const script = new Script(decide, readAnswer(otherwise ?? 'APPROVE', 'otherwise'));
  script.add(answers, 'answers');
  const manifest = manifestOf(model);
  return { ...read, script, manifest, routingSalt: routingSalt ?? manifest.name };
}

function isList(value: unknown): value is readonly FakeAnswer[] {
  return Array.isArray(value);
}

function isDecide(value: unknown): value is DecideRequest {
  return typeof value === 'function';
}

function isGiven(value: unknown): value is FakeAnswer {
  return value !== undefined;
}

function isModel(value: unknown): value is TestModel {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function isModels(value: unknown): value is TestModels {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isFakeClock(value: unknown): value is FakeClock {
  return value instanceof FakeClock;
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isFallback(value: unknown): value is Fallback {
  return value === 'throw' || typeof value === 'function' || isDecision(value);
}
