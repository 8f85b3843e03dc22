import { createServer, type Server } from 'node:http';
import express from 'express';
import { fastify } from 'fastify';
import { FraudScorer } from 'fraud-scorer';
import { scoringRouter } from 'fraud-scorer/express';
import fraud from 'fraud-scorer/fastify';
import { nodeHandler } from 'fraud-scorer/http';
import { nestEcho, nestRoutes } from './nest-apps.js';

/**
 * Makes a server that serves POST `/score`, and but for those of NestJS POST `/score/batch`, and that does not listen yet.
 *
 * @param model a model directory.
 */
type MakeServer = (model: string) => Promise<Server> | Server;

/** What a host knows of a result beforehand: Fastify compiles it to a function that writes JSON. */
const resultSchema = {
  type: 'object',
  additionalProperties: true,
  properties: {
    decision: { type: 'string' },
    fraudProbability: { type: 'number', nullable: true },
    riskScore: { type: 'number', nullable: true },
    attention: { type: 'array', items: { type: 'number' } },
  },
} as const;

/** What a host would write without the adapters, and the adapters. */
export const adaptedApps = {
  'Fastify by hand': async (model) => {
    const scorer = await FraudScorer.create({ model });
    const app = fastify({ bodyLimit: 4 * 2 ** 20 });
    const options = { schema: { response: { 200: resultSchema } } };
    app.post<{ Body: Parameters<FraudScorer['score']>[0] }>('/score', options, ({ body }) => scorer.score(body));
    app.post<{ Body: { requests: Parameters<FraudScorer['scoreMany']>[0] } }>('/score/batch', async ({ body }) => ({
      outcomes: await scorer.scoreMany(body.requests),
    }));
    await app.ready();
    return app.server;
  },
  'Fastify plugin': async (model) => {
    const scorer = await FraudScorer.create({ model });
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
  'Express router': async (model) => {
    return createServer(express().use(scoringRouter(await FraudScorer.create({ model }))));
  },
  'Express router behind express.json()': async (model) => {
    const router = scoringRouter(await FraudScorer.create({ model }));
    return createServer(express().use(express.json({ limit: '4mb' }), router));
  },
  'node:http by hand': async (model) => {
    const scorer = await FraudScorer.create({ model });
    return createServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const body = JSON.parse(Buffer.concat(pieces).toString('utf8'));
      const result =
        request.url === '/score' ? await scorer.score(body) : { outcomes: await scorer.scoreMany(body.requests) };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify(result));
    });
  },
  'node:http handler': async (model) => createServer(nodeHandler(await FraudScorer.create({ model }))),
  'NestJS on Fastify': (model) => nestRoutes('Fastify', model),
  'NestJS on Fastify, echo': () => nestEcho('Fastify'),
  'NestJS on Express': (model) => nestRoutes('Express', model),
  'NestJS on Express, echo': () => nestEcho('Express'),
} satisfies Record<string, MakeServer>;

/** Which of them. */
export type AdaptedApp = keyof typeof adaptedApps;
