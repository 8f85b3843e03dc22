import { Server } from 'node:http';
import { type BeforeApplicationShutdown, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import type { FraudScorer } from '../../fraud-scorer.js';
import { ndjsonTypes } from '../http/media-type.js';
import { ServerDrain } from '../http/server-drain.js';
import type { ScoringRoutes } from '../http/types.js';

/** Ends a scorer with its application: first the requests in flight are answered, then the server is closed, then the scorer. */
export class ScorerLifecycle implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #scorer: FraudScorer;
  readonly #drainTimeoutMs: number;
  readonly #host: HttpAdapterHost;
  readonly #routes: ScoringRoutes | null;
  readonly #logger = new Logger('FraudScorer');
  #drain: ServerDrain | null = null;

  constructor(scorer: FraudScorer, drainTimeoutMs: number, host: HttpAdapterHost, routes: ScoringRoutes | null) {
    this.#scorer = scorer;
    this.#drainTimeoutMs = drainTimeoutMs;
    this.#host = host;
    this.#routes = routes;
  }

  onModuleInit(): void {
    // There is no adapter in an application context, and a server of another kind is not for us to end.
    const server: unknown = this.#host.httpAdapter?.getHttpServer();
    this.#drain = isHttpServer(server) ? ServerDrain.of(server) : null;
    if (this.#routes !== null) takeLines(this.#host.httpAdapter?.getInstance());
  }

  /** Before NestJS closes the server itself, which waits for connections that clients keep alive. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#routes?.close();
    const cutOff = (await this.#drain?.finish(this.#drainTimeoutMs)) ?? 0;
    if (cutOff > 0) this.#logger.warn(`${cutOff} requests were cut off after ${this.#drainTimeoutMs} ms`);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#scorer.close();
  }
}

/** Fastify refuses what it has no parser for. This one reads nothing: the route reads the lines as they come. */
function takeLines(instance: unknown): void {
  if (typeof instance !== 'object' || instance === null || !('addContentTypeParser' in instance)) return;
  const fastify = instance as FastifyLike;
  for (const type of ndjsonTypes) {
    if (!fastify.hasContentTypeParser(type))
      fastify.addContentTypeParser(type, (_request, _payload, done) => done(null));
  }
}

interface FastifyLike {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): void;
}

/** A server of `node:https` has the same methods, and is no subclass. */
function isHttpServer(value: unknown): value is Server {
  if (value instanceof Server) return true;
  if (typeof value !== 'object' || value === null) return false;
  return ['prependListener', 'close', 'closeAllConnections'].every(
    (name) => typeof Reflect.get(value, name) === 'function',
  );
}
