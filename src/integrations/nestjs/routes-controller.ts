import type { IncomingMessage, ServerResponse } from 'node:http';
import { All, Controller, Inject, NotFoundException, Req, Res, type Type } from '@nestjs/common';
import { systemClock } from '../../host/clock.js';
import { clientSignal } from '../http/client-signal.js';
import { sendNode } from '../http/node-send.js';
import { locate } from '../http/target.js';
import type { HttpRequest, ScoringRoutes } from '../http/types.js';
import { noteController, routePaths } from './scoring-requests.js';

/** A request of Express, or of Fastify, which has that of `node:http` inside. */
type NestRequest = (IncomingMessage | { raw: IncomingMessage }) & { body?: unknown };

/** Likewise. */
type NestReply = ServerResponse | { raw: ServerResponse; hijack(): void };

/**
 * A controller with the routes of a scorer. They are NestJS's own routes, so that its guards, interceptors and prefixes apply; the answer is
 * written to the response of `node:http`, which Express and Fastify both have.
 *
 * @param token of the routes. @param path of the controller.
 */
export function routesController(token: symbol, path: string): Type<object> {
  class ScoringController {
    readonly #routes: ScoringRoutes | null;

    constructor(routes: ScoringRoutes | null) {
      this.#routes = routes;
    }

    answer(routePath: string, request: NestRequest, reply: NestReply): void {
      if (this.#routes === null) throw new NotFoundException();
      const raw = 'raw' in request ? request.raw : request;
      const response = 'raw' in reply ? reply.raw : reply;
      if ('hijack' in reply) reply.hijack();
      const { path: asTyped, query } = locate(raw.url ?? '/', '');
      const asked: HttpRequest = {
        method: raw.method ?? 'GET',
        // Routers take both with a slash at the end and without for the same; the live page is not.
        path: asTyped.endsWith('/') ? `${routePath}/` : routePath,
        query,
        headers: raw.headers,
        // What a body parser has taken is there, parsed; else it is still to be read.
        ...(isParsed(request) ? { body: request.body } : { rawBody: raw }),
        signal: clientSignal(raw, response),
        raw: request,
        basePath: basePathOf(asTyped, routePath),
      };
      const answer = this.#routes.handle(asked);
      if (answer instanceof Promise) void answer.then((answered) => sendNode(answered, raw, response, systemClock));
      else sendNode(answer, raw, response, systemClock);
    }
  }
  for (const [index, routePath] of routePaths.entries()) {
    const name = `route${index}`;
    const value = function (this: ScoringController, request: NestRequest, reply: NestReply): void {
      this.answer(routePath, request, reply);
    };
    Object.defineProperty(ScoringController.prototype, name, { value, configurable: true, writable: true });
    const descriptor = Object.getOwnPropertyDescriptor(ScoringController.prototype, name) as PropertyDescriptor;
    Req()(ScoringController.prototype, name, 0);
    Res()(ScoringController.prototype, name, 1);
    All(routePath)(ScoringController.prototype, name, descriptor);
  }
  Inject(token)(ScoringController, undefined, 0);
  Controller(path)(ScoringController);
  noteController(path);
  return ScoringController;
}

/** What NestJS has before the path of a route: the application's prefix, its version and the controller's path. */
function basePathOf(asTyped: string, routePath: string): string {
  const path = asTyped.replace(/\/+$/, '');
  return path.endsWith(routePath) ? path.slice(0, -routePath.length) : '';
}

/** Express 4 leaves an empty object where there was no body to parse; a stream that was read to its end has none left to read. */
function isParsed(request: NestRequest): boolean {
  const { body } = request;
  if (body === undefined || body === null) return false;
  const raw = 'raw' in request ? request.raw : request;
  return raw.readableEnded || raw.complete;
}
