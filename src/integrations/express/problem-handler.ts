import type { ServerResponse } from 'node:http';
import { systemClock } from '../../host/clock.js';
import { frameworkProblem } from '../http/framework-problem.js';
import { sendNode } from '../http/node-send.js';
import type { ExpressRequest } from './types.js';

/** Handles errors in Express 4 and 5, which know it by its four parameters. */
export type ProblemHandler = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Answers the errors of a host's own handlers, and of body parsers, as the router answers its own: see `toProblem`. An error that has a status which
 * `toProblem` does not know, such as 429 or 503, and one that comes after the head of the answer, go on to `next(error)`.
 *
 * @example
 * app.use(express.json());
 * app.use('/fraud', scoringRouter(scorer));
 * app.use('/fraud', problemHandler());
 */
export function problemHandler(options: { typeBase?: string | undefined } = {}): ProblemHandler {
  const { typeBase } = options;
  return (error, request, response, next) => {
    const problem = frameworkProblem(error, { body: request.body, typeBase });
    if (problem === null || response.headersSent) next(error);
    else sendNode(problem, request, response, systemClock);
  };
}
