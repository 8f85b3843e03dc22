import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { FraudScorerError } from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import { statusOf } from '../http/error-status.js';
import { frameworkProblem } from '../http/framework-problem.js';
import { sendNode } from '../http/node-send.js';
import { type NestReply, type NestRequest, requestOf, responseOf } from './exchange.js';
import { isScoringRequest } from './scoring-requests.js';

/** Under which NestJS keeps the classes that a filter catches. */
const caughtKey = '__filterCatchExceptions__';

/**
 * Answers errors of any scorer as `application/problem+json` by `toProblem`, wherever in the application they are thrown, and errors of NestJS's own on the
 * module's routes, such as those of its body parser, but for statuses that no problem has, such as 429. What else is thrown goes to the application's other filters, or is answered as NestJS does.
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
    const request = http.getRequest<NestRequest>();
    const raw = requestOf(request);
    if (!(error instanceof FraudScorerError || isScoringRequest(raw, this.#config.getGlobalPrefix()))) {
      return this.#delegate(error, host);
    }
    const problem = frameworkProblem(error, { body: request.body });
    if (problem === null) return this.#delegate(error, host);
    sendNode(problem, raw, responseOf(http.getResponse<NestReply>()), systemClock);
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

function catches(filter: object, error: unknown): boolean {
  const caught: unknown = Reflect.getMetadata(caughtKey, filter.constructor);
  if (!Array.isArray(caught) || caught.length === 0) return true;
  return caught.some((type) => typeof type === 'function' && error instanceof type);
}

Inject(HttpAdapterHost)(FraudProblemFilter, undefined, 0);
Inject(ApplicationConfig)(FraudProblemFilter, undefined, 1);
Catch(FraudScorerError, HttpException, BodyParserError)(FraudProblemFilter);
