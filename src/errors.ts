import { FraudScorerErrorBase } from './errors/base.js';
import type { InvalidOptionsError, InvalidRequestError, ModelInvalidError } from './errors/input-errors.js';
import type { RecordsNotDurableError } from './errors/records-errors.js';
import type {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  QueueFullError,
  UnavailableError,
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
export { RecordsNotDurableError } from './errors/records-errors.js';
export {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  QueueFullError,
  UnavailableError,
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
 * Any error of this package. Each has a literal `code`. After a `switch` on the code, TypeScript knows the other fields, such as the
 * `issues` of `ERR_INVALID_REQUEST`. Messages say what was expected and which kind of value was received, never a feature value, an id or
 * an amount.
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
  | UnavailableError
  | UnknownVersionError
  | ModelInvalidError
  | ModelIntegrityError
  | ProviderUnavailableError
  | OutOfResourcesError
  | StartTimeoutError
  | RecordsNotDurableError;

/** The values of `error.code`. */
export type ErrorCode = FraudScorerError['code'];

/** The public type of the base class. `instanceof` narrows to the union of all errors. */
export type FraudScorerErrorClass = (abstract new (
  ...args: never
) => FraudScorerError) & {
  readonly prototype: FraudScorerError;
};

/**
 * The base class of all errors of this package, for `error instanceof FraudScorerError`. This also works across two copies of the package
 * in one process.
 */
export const FraudScorerError = FraudScorerErrorBase as FraudScorerErrorClass;
