import { All, Controller, Inject, NotFoundException, Req, Res, type Type } from '@nestjs/common';
import { systemClock } from '../../host/clock.js';
import { clientSignal } from '../http/client-signal.js';
import { sendNode } from '../http/node-send.js';
import { bodyOf } from '../http/parsed-body.js';
import { locate } from '../http/target.js';
import type { HttpRequest, ScoringRoutes } from '../http/types.js';
import { type NestReply, type NestRequest, requestOf, responseOf } from './exchange.js';
import { noteController, routePaths } from './scoring-requests.js';

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
      const raw = requestOf(request);
      const response = responseOf(reply);
      const { path: asTyped, query } = locate(raw.url ?? '/', '');
      const asked: HttpRequest = {
        method: raw.method ?? 'GET',
        // Routers take both with a slash at the end and without for the same; the live page is not.
        path: asTyped.endsWith('/') ? `${routePath}/` : routePath,
        query,
        basePath: basePathOf(asTyped, routePath),
        headers: raw.headers,
        ...bodyOf(request.body, raw),
        signal: clientSignal(raw, response),
        raw: request,
      };
      sendNode(this.#routes.handle(asked), raw, response, systemClock);
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

/** Where the routes are: what is typed before the route itself, the application's prefix included. */
function basePathOf(path: string, routePath: string): string | undefined {
  const typed = path.replace(/\/+$/, '');
  return typed.endsWith(routePath) ? typed.slice(0, -routePath.length) : undefined;
}
