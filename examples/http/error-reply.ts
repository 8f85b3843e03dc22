import { type ErrorCode, FraudScorerError, InvalidRequestError, type Issue } from 'fraud-scorer';

/** An error as a host answers it over HTTP. */
export interface ErrorReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: { error: { code: string; message: string; issues?: readonly Issue[] } };
}

/** The scorer's errors that are not the host's fault; all others are 500. */
const statusOfCode: Partial<Record<ErrorCode, number>> = {
  ERR_INVALID_REQUEST: 400,
  // The client has gone and will not read it: this is for the access log.
  ERR_ABORTED: 499,
  ERR_QUEUE_FULL: 503,
  ERR_CLOSED: 503,
  ERR_DEADLINE_EXCEEDED: 504,
};

/** What body parsers and routers refuse, by the status they ask for. Their own messages may quote the body. */
const refusals: Readonly<Record<number, { code: string; message: string }>> = {
  400: { code: 'ERR_MALFORMED_BODY', message: 'The body is not valid JSON' },
  404: { code: 'ERR_NOT_FOUND', message: 'There is no such route' },
  413: { code: 'ERR_BODY_TOO_LARGE', message: 'The body is too large' },
  415: { code: 'ERR_UNSUPPORTED_BODY', message: 'The encoding of the body is not supported' },
};

/** Turns whatever went wrong into a status, headers and a JSON body that give away nothing of the host's insides. */
export function errorReply(error: unknown): ErrorReply {
  if (error instanceof FraudScorerError) {
    const status = statusOfCode[error.code] ?? 500;
    const issues = error instanceof InvalidRequestError ? { issues: error.issues } : {};
    const headers = error.code === 'ERR_QUEUE_FULL' ? { 'Retry-After': '1' } : {};
    const message = status === 500 ? 'The transaction could not be scored' : error.message;
    return { status, headers, body: { error: { code: error.code, message, ...issues } } };
  }
  const status = statusOf(error);
  const refusal = refusals[status];
  if (refusal !== undefined) return { status, headers: {}, body: { error: refusal } };
  return { status: 500, headers: {}, body: { error: { code: 'ERR_INTERNAL', message: 'Something went wrong' } } };
}

/** The status that a body parser, a router or NestJS put on its error; 500 where there is none. */
function statusOf(error: unknown): number {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined;
  return typeof status === 'number' ? status : 500;
}
