import { FraudScorerErrorBase } from './errors/base.js';
import type { InvalidOptionsError, InvalidRequestError, ModelInvalidError } from './errors/input-errors.js';
import type {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  QueueFullError,
  UnknownVersionError,
  WorkerLostError,
} from './errors/scoring-errors.js';
import type {
  ModelIntegrityError,
  OutOfResourcesError,
  ProviderUnavailableError,
  StartTimeoutError,
} from './errors/start-errors.js';

export type { ErrorJson, FraudScorerErrorBase } from './errors/base.js';
export {
  InvalidOptionsError,
  InvalidRequestError,
  type IssuesErrorBase,
  ModelInvalidError,
} from './errors/input-errors.js';
export type { Issue } from './errors/issue.js';
export {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  QueueFullError,
  UnknownVersionError,
  WorkerLostError,
} from './errors/scoring-errors.js';
export {
  ModelIntegrityError,
  OutOfResourcesError,
  ProviderUnavailableError,
  StartTimeoutError,
} from './errors/start-errors.js';

/**
 * Any error of this package. Each carries a literal `code`: once a `switch` has looked at it, the type knows the rest, such as the
 * `issues` of `ERR_INVALID_REQUEST`. Messages say what was expected and what kind of thing came, never a feature value, an id or an amount.
 */
export type FraudScorerError =
  | InvalidOptionsError
  | InvalidRequestError
  | QueueFullError
  | DeadlineExceededError
  | AbortedError
  | ClosedError
  | InferenceError
  | WorkerLostError
  | UnknownVersionError
  | ModelInvalidError
  | ModelIntegrityError
  | ProviderUnavailableError
  | OutOfResourcesError
  | StartTimeoutError;

/** What `error.code` can be. */
export type ErrorCode = FraudScorerError['code'];

/** The base class as hosts see it: `instanceof` narrows to the union of all errors. */
export type FraudScorerErrorClass = (abstract new (
  ...args: never
) => FraudScorerError) & {
  readonly prototype: FraudScorerError;
};

/**
 * The base of every error of this package, for `error instanceof FraudScorerError`. That works across two copies of the package in one
 * process too.
 */
export const FraudScorerError = FraudScorerErrorBase as FraudScorerErrorClass;
