import type { RequestListener } from 'node:http';
import express5, { type RequestHandler } from 'express';
import express4 from 'express4';
import { fastify } from 'fastify';
import { problemHandler, scoringRouter } from '../../src/integrations/express/index.js';
import fraud from '../../src/integrations/fastify/index.js';
import { nodeHandler, type ScoringRoutesOptions } from '../../src/integrations/http/index.js';
import type { HttpScorer } from '../../src/integrations/http/types.js';
import { HttpServer } from './http-server.js';

/** A host that serves the routes of a scorer below `/fraud`, over a socket. */
export interface HttpHost {
  name: string;
  /** Whether a parser before the routes has made a value of the body. */
  parses: boolean;
  /** Whether a path that is no route is the host's own to answer, which it does with `host's own`. */
  passesOn: boolean;
  start(scorer: HttpScorer, options?: ScoringRoutesOptions): Promise<HttpServer>;
}

interface AppLike extends RequestListener {
  use(...handlers: unknown[]): unknown;
}

/** The most bytes of a body before parsers. */
const limit = 2_000;

function express(name: string, create: () => AppLike, parser: RequestHandler | null): HttpHost {
  return {
    name: parser === null ? name : `${name} behind express.json()`,
    parses: parser !== null,
    passesOn: true,
    async start(scorer, options) {
      const app = create();
      if (parser !== null) app.use(parser);
      const router = scoringRouter(scorer, options);
      app.use('/fraud', router);
      app.use('/fraud', problemHandler());
      app.use((_request: unknown, response: { end(text: string): void; statusCode: number }) => {
        response.statusCode = 404;
        response.end("host's own");
      });
      const server = await HttpServer.start(app);
      server.onClose(() => router.close());
      return server;
    },
  };
}

export const httpHosts: readonly HttpHost[] = [
  {
    name: 'node:http',
    parses: false,
    passesOn: false,
    async start(scorer, options) {
      const handler = nodeHandler(scorer, { ...options, prefix: '/fraud' });
      const server = await HttpServer.start(handler);
      server.onClose(() => handler.close());
      return server;
    },
  },
  express('Express 4', () => express4() as AppLike, null),
  express('Express 4', () => express4() as AppLike, express4.json({ limit }) as RequestHandler),
  express('Express 5', () => express5() as AppLike, null),
  express('Express 5', () => express5() as AppLike, express5.json({ limit })),
  {
    name: 'Fastify 5',
    parses: false,
    passesOn: true,
    async start(scorer, options) {
      const app = fastify();
      app.setNotFoundHandler((_request, reply) => reply.code(404).send("host's own"));
      await app.register(fraud, { ...options, scorer, prefix: '/fraud' });
      await app.listen({ port: 0, host: '127.0.0.1' });
      const server = HttpServer.of(app.server);
      server.onClose(() => app.close());
      return server;
    },
  },
];
