import express, { type Express } from 'express';
import type { ScoreRequest } from 'fraud-scorer';

/** What the two apps do differently. */
export interface Handlers {
  one(request: ScoreRequest): Promise<unknown>;
  many(requests: readonly ScoreRequest[]): Promise<unknown>;
}

/** The same routes over either. */
export function createApp({ one, many }: Handlers): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '2mb' }));
  app.post('/score', async (request, response) => {
    response.json(await one(request.body));
  });
  app.post('/score-many', async (request, response) => {
    response.json(await many(request.body));
  });
  return app;
}
