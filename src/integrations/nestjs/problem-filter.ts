import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { FraudScorerError } from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import { statusOf } from '../http/error-status.js';
import { sendNode } from '../http/node-send.js';
import { toProblem } from '../http/problem.js';
import { isScoringRequest } from './scoring-requests.js';

/** Under which NestJS keeps the classes that a filter catches. */
const caughtKey = '__filterCatchExceptions__';

/**
 * Answers errors of any scorer as `application/problem+json` by `toProblem`, wherever in the application they are thrown, and errors of NestJS's own and of
 * body parsers on the module's routes. What else is thrown goes to the application's other filters, or is answered as NestJS does.
 */
export class FraudProblemFilter extends BaseExceptionFilter implements ExceptionFilter {
  readonly #config: ApplicationConfig;

  constructor(adapterHost: HttpAdapterHost, config: ApplicationConfig) {
    super(adapterHost.httpAdapter);
    this.#config = config;
  }

  /** Answers an error of the scorer, or of the module's routes; gives any other to the filters behind. */
  override catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return throwError(() => error);
    const http = host.switchToHttp();
    const [request, reply] = [http.getRequest<WithRaw<IncomingMessage>>(), http.getResponse<WithRaw<ServerResponse>>()];
    const raw = request.raw ?? request;
    if (!(error instanceof FraudScorerError || isScoringRequest(raw, this.#config.getGlobalPrefix()))) {
      return this.#delegate(error, host);
    }
    const problem = toProblem(error, { body: request.body });
    if ('hijack' in reply && typeof reply.hijack === 'function') reply.hijack();
    sendNode(problem, raw, reply.raw ?? reply, systemClock);
    return undefined;
  }

  /** NestJS would have asked the other global filters next, the last first. */
  #delegate(error: unknown, host: ArgumentsHost): unknown {
    for (const filter of [...this.#config.getGlobalFilters()].reverse()) {
      if (filter === this || filter instanceof FraudProblemFilter || !catches(filter, error)) continue;
      return filter.catch(error, host);
    }
    super.catch(error, host);
    return undefined;
  }
}

/**
 * Stands for errors of Express's body parsers, such as that of a body that is too large, which are of no class that could be named: NestJS asks by
 * `instanceof` whether a filter catches an error.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: what a filter catches has to be a class
class BodyParserError {
  static [Symbol.hasInstance](error: unknown): boolean {
    if (!(error instanceof Error) || !('type' in error) || typeof error.type !== 'string') return false;
    return statusOf(error) >= 400 && statusOf(error) < 500;
  }
}

type WithRaw<T> = T & { raw?: T; body?: unknown };

function catches(filter: object, error: unknown): boolean {
  const caught: unknown = Reflect.getMetadata(caughtKey, filter.constructor);
  if (!Array.isArray(caught) || caught.length === 0) return true;
  return caught.some((type) => typeof type === 'function' && error instanceof type);
}

Inject(HttpAdapterHost)(FraudProblemFilter, undefined, 0);
Inject(ApplicationConfig)(FraudProblemFilter, undefined, 1);
Catch(FraudScorerError, HttpException, BodyParserError)(FraudProblemFilter);
