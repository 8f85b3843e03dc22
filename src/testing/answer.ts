import type { Decision, Reason } from '../api/result.js';
import { type ErrorCode, FraudScorerError, InferenceError, InvalidOptionsError } from '../errors.js';
import { isError, messageOf } from '../host/thrown.js';
import { isDecision } from '../validation/decision.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeValue } from '../validation/issues.js';
import { fraudScorerError, isErrorCode } from './errors-by-code.js';

/** What a request is answered with, where more is to be said than the decision. What is left out is made to fit the rest. */
export interface ScriptedAnswer {
  /** @default by the scores and the policy; without scores APPROVE */
  decision?: Decision | undefined;
  /** In [0, 1]; rounded to float32, as real scores are. @default one that the policy decides so */
  fraudProbability?: number | undefined;
  /** In [0, 1]; rounded to float32. @default the fraud probability */
  riskScore?: number | undefined;
  /** Given where the request, or the scorer, asks for reasons. @default two of the model's features */
  reasons?: readonly Reason[] | undefined;
  /** @default [1] where the manifest names an output for it */
  attention?: readonly number[] | undefined;
  /** The request fails with this error, or with one of this code. An error that is none of this package's is the cause of an `ERR_INFERENCE`. */
  error?: ErrorCode | Error | undefined;
  /** Milliseconds until the answer, on the scorer's clock; at least 0, `Infinity` for never. @default the scorer's `latencyMs` */
  latencyMs?: number | undefined;
}

/** How a request is answered: a decision, an error or the code of one, or more in detail. */
export type FakeAnswer = Decision | ErrorCode | Error | ScriptedAnswer;

/** An answer that was checked. */
export interface Answer extends Omit<ScriptedAnswer, 'error'> {
  error?: FraudScorerError | undefined;
}

const expectedAnswer =
  "APPROVE, REVIEW, BLOCK, the code of an error such as 'ERR_QUEUE_FULL', an Error, or an object such as { decision, latencyMs }";

/**
 * @param path where the answer stands, for the error.
 * @throws {InvalidOptionsError} where it is no answer.
 */
export function readAnswer(answer: unknown, path: string): Answer {
  if (isDecision(answer)) return { decision: answer };
  if (isErrorCode(answer) || isError(answer)) return { error: asScorerError(answer) };
  if (typeof answer !== 'object' || answer === null) {
    throw new InvalidOptionsError([{ path, expected: expectedAnswer, received: describeValue(answer) }]);
  }
  const reader = new FieldReader(answer, path, undefined, expectedAnswer);
  const read: Answer = {
    decision: reader.value('decision', 'APPROVE, REVIEW or BLOCK', isDecision),
    fraudProbability: reader.value('fraudProbability', 'a number in [0, 1]', isShare),
    riskScore: reader.value('riskScore', 'a number in [0, 1]', isShare),
    reasons: reader.value('reasons', 'a list of reasons', isReasons),
    attention: reader.value('attention', 'a list of numbers', isNumbers),
    latencyMs: reader.value('latencyMs', 'milliseconds of at least 0', isLatency),
  };
  const error = reader.value('error', 'the code of an error, or an Error', isFailure);
  reader.rejectUnknown().throwIfInvalid();
  return error === undefined ? read : { ...read, error: asScorerError(error) };
}

/** What `score` rejects with is always an error of this package. */
export function asScorerError(error: unknown): FraudScorerError {
  if (isErrorCode(error)) return fraudScorerError(error);
  if (error instanceof FraudScorerError) return error;
  return new InferenceError(`The scripted answer failed: ${messageOf(error)}`, { cause: error });
}

export function isLatency(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'number');
}

function isFailure(value: unknown): value is ErrorCode | Error {
  return isErrorCode(value) || isError(value);
}

function isReasons(value: unknown): value is readonly Reason[] {
  return Array.isArray(value) && value.every((reason) => typeof reason === 'object' && reason !== null);
}
