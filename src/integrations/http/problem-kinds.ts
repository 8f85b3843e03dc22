import type { ErrorCode } from '../../errors.js';

/** What the routes themselves refuse, beside the scorer's errors. */
export type HttpErrorCode =
  | 'ERR_MALFORMED_BODY'
  | 'ERR_INVALID_HEADER'
  | 'ERR_UNAUTHORIZED'
  | 'ERR_FORBIDDEN'
  | 'ERR_NOT_FOUND'
  | 'ERR_METHOD_NOT_ALLOWED'
  | 'ERR_BODY_TIMEOUT'
  | 'ERR_CLIENT_GONE'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_UNSUPPORTED_MEDIA_TYPE'
  | 'ERR_IDEMPOTENCY_MISMATCH'
  | 'ERR_SCORE_OUT_OF_RANGE'
  | 'ERR_TOO_MANY_PAGES'
  | 'ERR_BAD_REQUEST'
  | 'ERR_INTERNAL';

/** `code` of a problem. */
export type ProblemCode = ErrorCode | HttpErrorCode;

/** What all problems of a code have in common. */
export interface ProblemKind {
  status: number;
  title: string;
}

/** By code. */
export const problemKinds: Readonly<Record<ProblemCode, ProblemKind>> = {
  ERR_INVALID_REQUEST: { status: 400, title: 'The request is invalid' },
  ERR_INVALID_OPTIONS: { status: 400, title: 'The options are invalid' },
  ERR_QUEUE_FULL: { status: 429, title: 'The queue is full' },
  // The client has gone and will not read it: this is for the access log.
  ERR_ABORTED: { status: 499, title: 'The client went away' },
  ERR_INFERENCE: { status: 500, title: 'The transaction could not be scored' },
  ERR_WORKER_LOST: { status: 503, title: 'The worker was lost' },
  ERR_UNAVAILABLE: { status: 503, title: 'No node of the fleet answers' },
  ERR_CLOSED: { status: 503, title: 'The scorer is closed' },
  ERR_PROVIDER_UNAVAILABLE: { status: 503, title: 'No execution provider works' },
  ERR_OUT_OF_RESOURCES: { status: 503, title: 'Out of memory, threads or file descriptors' },
  ERR_DEADLINE_EXCEEDED: { status: 504, title: 'The deadline was exceeded' },
  ERR_START_TIMEOUT: { status: 504, title: 'The workers took too long to start' },
  ERR_RECORDS_NOT_DURABLE: { status: 500, title: 'Decision records may be lost' },
  ERR_UNKNOWN_VERSION: { status: 404, title: 'There is no such version' },
  ERR_MODEL_INVALID: { status: 422, title: 'The model is invalid' },
  ERR_MODEL_INTEGRITY: { status: 422, title: 'The model file is not the one that its manifest names' },
  ERR_MALFORMED_BODY: { status: 400, title: 'The body is not valid JSON' },
  ERR_INVALID_HEADER: { status: 400, title: 'A header is invalid' },
  ERR_UNAUTHORIZED: { status: 401, title: 'Authentication is required' },
  ERR_FORBIDDEN: { status: 403, title: 'This is not allowed' },
  ERR_NOT_FOUND: { status: 404, title: 'There is no such route' },
  ERR_METHOD_NOT_ALLOWED: { status: 405, title: 'The route has another method' },
  ERR_BODY_TIMEOUT: { status: 408, title: 'The body took too long to arrive' },
  ERR_CLIENT_GONE: { status: 499, title: 'The client went away' },
  ERR_BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  ERR_UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The type of the body is not supported' },
  ERR_IDEMPOTENCY_MISMATCH: { status: 422, title: 'The Idempotency-Key was used with another body' },
  // Scorer's code ERR_INFERENCE, but the client's to correct: the same features fail each time, and others do not.
  ERR_SCORE_OUT_OF_RANGE: { status: 422, title: 'The model has no score for these features' },
  ERR_TOO_MANY_PAGES: { status: 503, title: 'Too many live pages are open' },
  ERR_BAD_REQUEST: { status: 400, title: 'The request is invalid' },
  ERR_INTERNAL: { status: 500, title: 'Something went wrong' },
};

/** What a framework or its middleware refuses, by the status that it put on its error. Its message may quote the body, and is not used. */
export const codeOfStatus: Readonly<Record<number, HttpErrorCode>> = {
  400: 'ERR_BAD_REQUEST',
  401: 'ERR_UNAUTHORIZED',
  403: 'ERR_FORBIDDEN',
  404: 'ERR_NOT_FOUND',
  405: 'ERR_METHOD_NOT_ALLOWED',
  408: 'ERR_BODY_TIMEOUT',
  413: 'ERR_BODY_TOO_LARGE',
  415: 'ERR_UNSUPPORTED_MEDIA_TYPE',
};

/** `invalid-request` of `ERR_INVALID_REQUEST`: the last part of a problem's `type`. */
export function slugOf(code: ProblemCode): string {
  return code.slice('ERR_'.length).toLowerCase().replaceAll('_', '-');
}
