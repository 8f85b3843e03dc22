import { FraudScorerError, type Issue } from '../../errors.js';
import { statusOf } from './error-status.js';
import { HttpError } from './http-error.js';
import { pointerOf } from './json-pointer.js';
import { codeOfStatus, type ProblemCode, problemKinds, slugOf } from './problem-kinds.js';

/** Where in the body something is wrong. */
export interface ProblemIssue {
  /** A JSON pointer (RFC 6901) into the body: `/features/amount`, in batches `/requests/3/features/amount`. */
  pointer: string;
  /** What was expected there, and which kind of thing came. */
  detail: string;
}

/** An error as RFC 9457 has it (`application/problem+json`). It holds no feature value, id or amount. */
export interface Problem {
  /** A URI of the kind of problem: where the documentation explains it. */
  type: string;
  /** The same for all problems of a kind. */
  title: string;
  status: number;
  /** This problem, for people. */
  detail: string;
  /**
   * The same as `code` of the scorer's errors, or one of the routes' own: `ERR_SCORE_OUT_OF_RANGE` is an `ERR_INFERENCE` that comes of the features.
   */
  code: ProblemCode;
  /** At most 20. Only where places in the body are to blame. */
  errors?: ProblemIssue[];
  /** How many there are, where there are more than `errors` lists. */
  totalErrors?: number;
}

/** A problem as a response. */
export interface ProblemResponse {
  status: number;
  /** `Content-Type`, and `Retry-After` (whole seconds) where it makes sense to send the request again. */
  headers: Record<string, string>;
  body: Problem;
}

/** Options of `toProblem`. */
export interface ProblemOptions {
  /** What was scored, as it came: names with dots in them are found in it. @default unknown */
  body?: unknown;
  /** The JSON pointer of what was scored in the body, such as `/requests/3`. @default '' */
  pointer?: string | undefined;
  /** What `type` begins with. @default the documentation of this package */
  typeBase?: string | undefined;
}

const problemType = 'application/problem+json';

/** Where the kinds of problems are documented. */
export const defaultTypeBase = 'https://github.com/fraud-scorer/fraud-scorer/blob/main/docs/http.md#';

/** Details of errors that are nobody's business outside: their messages may name the host's files. */
const ownDetails: Partial<Record<ProblemCode, string>> = {
  ERR_INFERENCE: 'The model failed on this transaction. The log of the scorer says why.',
  ERR_SCORE_OUT_OF_RANGE:
    'The model gives no valid score for these features. They are probably far beyond those that it was trained on: check their values and units.',
  ERR_WORKER_LOST: 'The worker that held the transaction was lost, and is replaced: send it again.',
  ERR_UNAVAILABLE: 'No node of the fleet answers at the moment: send it again.',
  ERR_PROVIDER_UNAVAILABLE: 'No execution provider works at the moment. The log of the scorer says why.',
  ERR_OUT_OF_RESOURCES: 'The machine is out of memory, threads or file descriptors. The log of the scorer says which.',
  ERR_RECORDS_NOT_DURABLE: 'Decisions may not be recorded. The log of the scorer says why.',
  ERR_INTERNAL: 'Something went wrong that the client can do nothing about.',
  ERR_BAD_REQUEST:
    'The request could not be read. A body of JSON must be valid JSON, as long as its Content-Length says.',
  ERR_UNAUTHORIZED: 'Say who you are, with the header Authorization.',
  ERR_FORBIDDEN: 'This route is not for you.',
  ERR_NOT_FOUND: 'There is no such route.',
  ERR_METHOD_NOT_ALLOWED: 'This route has another method.',
  ERR_BODY_TIMEOUT: 'The body did not arrive in time.',
  ERR_BODY_TOO_LARGE: 'The body is larger than this route takes.',
  ERR_UNSUPPORTED_MEDIA_TYPE: 'The body is of a type or an encoding that this route does not take.',
};

/**
 * An error as a response that tells a client what it can do about it, and nothing of the host's insides. Errors that are not of this package are 500
 * without their message; where a framework has put a 4xx status on its error, that status with a message of its own.
 *
 * @example
 * app.use((error, request, response, next) => {
 *   const { status, headers, body } = toProblem(error, { body: request.body });
 *   response.status(status).set(headers).json(body);
 * });
 */
export function toProblem(error: unknown, options: ProblemOptions = {}): ProblemResponse {
  if (error instanceof HttpError) return refusal(error, options);
  if (error instanceof FraudScorerError) return ofScorer(error, options);
  return response(codeOfStatus[statusOf(error)] ?? 'ERR_INTERNAL', options);
}

function refusal({ code, message, headers, pointer }: HttpError, options: ProblemOptions): ProblemResponse {
  const problem = response(code, options, message);
  Object.assign(problem.headers, headers);
  if (pointer !== null) problem.body.errors = [{ pointer: (options.pointer ?? '') + pointer, detail: message }];
  return problem;
}

function ofScorer(error: FraudScorerError, options: ProblemOptions): ProblemResponse {
  const { code } = error;
  if (code === 'ERR_INFERENCE' && error.outOfRange !== undefined) return response('ERR_SCORE_OUT_OF_RANGE', options);
  // Another version of the package, in the same process, may have codes that this one does not know.
  if (!Object.hasOwn(problemKinds, code)) return response('ERR_INTERNAL', options);
  const problem = response(code, options, ownDetails[code] ?? error.message);
  if (code === 'ERR_QUEUE_FULL') problem.headers['Retry-After'] = String(secondsOf(error.expectedWaitMs));
  if (code === 'ERR_WORKER_LOST' || code === 'ERR_UNAVAILABLE') problem.headers['Retry-After'] = '1';
  if (code === 'ERR_INVALID_REQUEST' || code === 'ERR_INVALID_OPTIONS' || code === 'ERR_MODEL_INVALID') {
    const { issues, totalIssues } = error;
    if (code !== 'ERR_MODEL_INVALID') problem.body.errors = issues.map((issue) => issueOf(issue, options));
    if (totalIssues > issues.length) problem.body.totalErrors = totalIssues;
  }
  return problem;
}

function response(code: ProblemCode, { typeBase }: ProblemOptions, detail?: string): ProblemResponse {
  const { status, title } = problemKinds[code];
  const type = (typeBase ?? defaultTypeBase) + slugOf(code);
  const body: Problem = { type, title, status, detail: detail ?? ownDetails[code] ?? `${title}.`, code };
  return { status, headers: { 'Content-Type': problemType, 'Cache-Control': 'no-store' }, body };
}

function issueOf({ path, expected, received }: Issue, { body, pointer = '' }: ProblemOptions): ProblemIssue {
  return { pointer: pointer + pointerOf(path, body), detail: `expected ${expected}, received ${received}` };
}

/** Whole seconds, at least 1. */
function secondsOf(ms: number | undefined): number {
  return ms !== undefined && ms > 0 ? Math.min(Math.ceil(ms / 1_000), 3_600) : 1;
}
