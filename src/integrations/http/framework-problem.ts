import { statusOf } from './error-status.js';
import { type ProblemOptions, type ProblemResponse, toProblem } from './problem.js';

/**
 * An error that reaches a framework's own error handler, as a response: one of the host's, of a body parser's or of the framework's.
 *
 * @returns null where the error asks for a status that no problem has, such as 429 of a rate limiter or 503 of a server under pressure: it is the
 * host's to answer.
 */
export function frameworkProblem(error: unknown, options: ProblemOptions): ProblemResponse | null {
  const problem = toProblem(error, options);
  const asked = statusOf(error);
  return problem.status === 500 && asked !== 500 && asked >= 400 && asked < 600 ? null : problem;
}
