import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  type FraudScorerError,
  InferenceError,
  InvalidOptionsError,
  InvalidRequestError,
  type Issue,
  ModelIntegrityError,
  ModelInvalidError,
  OutOfResourcesError,
  ProviderUnavailableError,
  QueueFullError,
  StartTimeoutError,
  UnavailableError,
  UnknownVersionError,
  WorkerLostError,
} from '../../../errors.js';

/** An error as it is sent. */
export interface SentError {
  code: string;
  message: string;
  issues?: readonly Issue[];
  totalIssues?: number;
  expectedWaitMs?: number;
  outOfRange?: string;
}

const unknownError: SentError = { code: 'ERR_INFERENCE', message: 'The node failed on this request' };

/** An error of a scorer as plain data. Anything else becomes `ERR_INFERENCE`, without its message, because it may quote data. Never throws. */
export function sentError(error: unknown): SentError {
  try {
    return isScorerError(error) ? fieldsOf(error) : unknownError;
  } catch {
    // A getter of the host threw.
    return unknownError;
  }
}

function fieldsOf(error: Error & { code: string }): SentError {
  const sent: SentError = { code: error.code, message: String(error.message) };
  const issues: unknown = Reflect.get(error, 'issues');
  const totalIssues: unknown = Reflect.get(error, 'totalIssues');
  if (isIssues(issues)) sent.issues = issues.map(({ path, expected, received }) => ({ path, expected, received }));
  if (typeof totalIssues === 'number') sent.totalIssues = totalIssues;
  const expectedWaitMs: unknown = Reflect.get(error, 'expectedWaitMs');
  if (typeof expectedWaitMs === 'number') sent.expectedWaitMs = expectedWaitMs;
  const outOfRange: unknown = Reflect.get(error, 'outOfRange');
  if (typeof outOfRange === 'string') sent.outOfRange = outOfRange;
  return sent;
}

const withMessage = {
  ERR_CLOSED: ClosedError,
  ERR_MODEL_INTEGRITY: ModelIntegrityError,
  ERR_OUT_OF_RESOURCES: OutOfResourcesError,
  ERR_PROVIDER_UNAVAILABLE: ProviderUnavailableError,
  ERR_START_TIMEOUT: StartTimeoutError,
  ERR_UNAVAILABLE: UnavailableError,
  ERR_UNKNOWN_VERSION: UnknownVersionError,
  ERR_WORKER_LOST: WorkerLostError,
} as const;

/** The same error on the client. A code that is not known here becomes `ERR_INFERENCE` with the node's message. */
export function receivedError(sent: SentError): FraudScorerError {
  const { code, message, issues = [], totalIssues = issues.length } = sent;
  switch (code) {
    case 'ERR_INVALID_REQUEST':
      return new InvalidRequestError(issues, totalIssues);
    case 'ERR_INVALID_OPTIONS':
      return new InvalidOptionsError(issues, totalIssues);
    case 'ERR_MODEL_INVALID':
      return withText(new ModelInvalidError(message, issues, { totalIssues }), message);
    case 'ERR_QUEUE_FULL':
      return withText(new QueueFullError(0, { expectedWaitMs: sent.expectedWaitMs ?? null }), message);
    case 'ERR_DEADLINE_EXCEEDED':
      return withText(new DeadlineExceededError(0), message);
    case 'ERR_ABORTED':
      return new AbortedError(undefined);
    default:
      return otherError(sent);
  }
}

function otherError({ code, message, outOfRange }: SentError): FraudScorerError {
  for (const [known, Kind] of Object.entries(withMessage)) if (known === code) return new Kind(message);
  if (code === 'ERR_INFERENCE') return new InferenceError(message, isOutput(outOfRange) ? { outOfRange } : {});
  return new InferenceError(`A node answered with an error that this version does not know: ${message}`);
}

/** @throws nothing: what is not an error as it is sent becomes one that says so. */
export function readSentError(value: unknown): SentError {
  const unreadable = { code: 'ERR_INFERENCE', message: 'A node answered with an error that cannot be read' };
  if (typeof value !== 'object' || value === null || !('code' in value) || !('message' in value)) return unreadable;
  const { code, message } = value;
  if (typeof code !== 'string' || typeof message !== 'string') return unreadable;
  const issues: unknown = Reflect.get(value, 'issues');
  const totalIssues: unknown = Reflect.get(value, 'totalIssues');
  const expectedWaitMs: unknown = Reflect.get(value, 'expectedWaitMs');
  const outOfRange: unknown = Reflect.get(value, 'outOfRange');
  return {
    code,
    message,
    ...(isIssues(issues) ? { issues } : {}),
    ...(typeof totalIssues === 'number' ? { totalIssues } : {}),
    ...(typeof expectedWaitMs === 'number' ? { expectedWaitMs } : {}),
    ...(typeof outOfRange === 'string' ? { outOfRange } : {}),
  };
}

/** The class makes its message of its fields, which the node has made already. */
function withText<E extends FraudScorerError>(error: E, message: string): E {
  Object.defineProperty(error, 'message', { value: message, configurable: true, writable: true });
  return error;
}

function isScorerError(value: unknown): value is Error & { code: string } {
  return value instanceof Error && 'code' in value && typeof value.code === 'string' && value.code.startsWith('ERR_');
}

function isIssues(value: unknown): value is readonly Issue[] {
  return (
    Array.isArray(value) &&
    value.every(
      (issue: unknown) =>
        typeof issue === 'object' &&
        issue !== null &&
        typeof Reflect.get(issue, 'path') === 'string' &&
        typeof Reflect.get(issue, 'expected') === 'string' &&
        typeof Reflect.get(issue, 'received') === 'string',
    )
  );
}

function isOutput(value: unknown): value is 'fraudProbability' | 'riskScore' | 'attention' {
  return value === 'fraudProbability' || value === 'riskScore' || value === 'attention';
}
