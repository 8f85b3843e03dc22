import { createServer, type Server } from 'node:http';
import express from 'express';
import { fastify } from 'fastify';
import type { FraudScorer } from 'fraud-scorer';
import { scoringRouter } from 'fraud-scorer/express';
import fraud from 'fraud-scorer/fastify';
import { nodeHandler } from 'fraud-scorer/http';

/** Makes a server that serves POST `/score` and POST `/score/batch`, and that does not listen yet. */
type MakeServer = (scorer: FraudScorer) => Promise<Server> | Server;

/** What a host would write without the adapters, and the adapters. */
export const adaptedApps = {
  'Fastify by hand': async (scorer) => {
    const app = fastify({ bodyLimit: 4 * 2 ** 20 });
    app.post<{ Body: Parameters<FraudScorer['score']>[0] }>('/score', ({ body }) => scorer.score(body));
    app.post<{ Body: { requests: Parameters<FraudScorer['scoreMany']>[0] } }>('/score/batch', async ({ body }) => ({
      outcomes: await scorer.scoreMany(body.requests),
    }));
    await app.ready();
    return app.server;
  },
  'Fastify plugin': async (scorer) => {
    const app = fastify();
    await app.register(fraud, { scorer });
    await app.ready();
    return app.server;
  },
  // Nothing is scored: the limit that Express itself sets.
  'Express echo': () => {
    const app = express();
    app.use(express.json({ limit: '4mb' }));
    app.post(['/score', '/score/batch'], (request, response) => {
      response.json(request.body);
    });
    return createServer(app);
  },
  'Express router': (scorer) => createServer(express().use(scoringRouter(scorer))),
  'Express router behind express.json()': (scorer) =>
    createServer(express().use(express.json({ limit: '4mb' }), scoringRouter(scorer))),
  'node:http by hand': (scorer) =>
    createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const body = JSON.parse(Buffer.concat(pieces).toString('utf8'));
      const result =
        request.url === '/score' ? await scorer.score(body) : { outcomes: await scorer.scoreMany(body.requests) };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(result));
    }),
  'node:http handler': (scorer) => createServer(nodeHandler(scorer)),
} satisfies Record<string, MakeServer>;

/** Which of them. */
export type AdaptedApp = keyof typeof adaptedApps;
