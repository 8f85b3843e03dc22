import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  type ErrorCode,
  type FraudScorerError,
  InferenceError,
  InvalidOptionsError,
  InvalidRequestError,
  ModelIntegrityError,
  ModelInvalidError,
  OutOfResourcesError,
  ProviderUnavailableError,
  QueueFullError,
  RecordsNotDurableError,
  StartTimeoutError,
  UnavailableError,
  UnknownVersionError,
  WorkerLostError,
} from '../errors.js';
import { describeValue } from '../validation/issues.js';

/** The error of each code. */
export type ErrorsByCode = { readonly [Known in FraudScorerError as Known['code']]: Known };

const makers: { readonly [Code in ErrorCode]: () => ErrorsByCode[Code] } = {
  ERR_INVALID_OPTIONS: () =>
    new InvalidOptionsError([{ path: 'timeoutMs', expected: 'milliseconds above 0', received: 'a string' }]),
  ERR_INVALID_REQUEST: () =>
    new InvalidRequestError([{ path: 'features', expected: 'an object', received: 'nothing' }]),
  ERR_QUEUE_FULL: () => new QueueFullError(10_000),
  ERR_DEADLINE_EXCEEDED: () => new DeadlineExceededError(1_000),
  ERR_ABORTED: () => new AbortedError(new Error('This operation was aborted')),
  ERR_CLOSED: () => new ClosedError('The scorer was closed'),
  ERR_INFERENCE: () => new InferenceError('The model gave a fraud probability that is not in [0, 1]'),
  ERR_WORKER_LOST: () => new WorkerLostError('The worker that held this request died'),
  ERR_UNAVAILABLE: () => new UnavailableError('No node of the fleet answers'),
  ERR_UNKNOWN_VERSION: () => new UnknownVersionError('No such version is live'),
  ERR_MODEL_INVALID: () => new ModelInvalidError('model.json'),
  ERR_MODEL_INTEGRITY: () => new ModelIntegrityError('model.onnx: its sha256 is not the one in model.json'),
  ERR_PROVIDER_UNAVAILABLE: () => new ProviderUnavailableError('None of the providers works here'),
  ERR_OUT_OF_RESOURCES: () => new OutOfResourcesError('There is not enough memory'),
  ERR_START_TIMEOUT: () => new StartTimeoutError('The workers were not ready within startTimeoutMs'),
  ERR_RECORDS_NOT_DURABLE: () => new RecordsNotDurableError('Decisions could not be forced to the disk'),
};

/** The code of every error of this package. */
export const errorCodes: readonly ErrorCode[] = Object.keys(makers) as ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(makers, value);
}

/**
 * One error of each kind, of the classes that the package exports, for tests of what a host does with it.
 *
 * @throws {InvalidOptionsError} where there is no such code.
 */
export function fraudScorerError<Code extends ErrorCode>(code: Code): ErrorsByCode[Code] {
  if (!isErrorCode(code)) {
    const expected = `one of ${errorCodes.join(', ')}`;
    throw new InvalidOptionsError([{ path: 'code', expected, received: describeValue(code) }]);
  }
  return makers[code]();
}
