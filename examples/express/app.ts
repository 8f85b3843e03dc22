import express, { type ErrorRequestHandler, type Express } from 'express';
import type { FraudScorer } from 'fraud-scorer';
import { clientSignal } from '../http/client-signal.js';
import { errorReply } from '../http/error-reply.js';
import { log } from '../http/log.js';
import { maxBodyBytes } from '../http/settings.js';

/** The routes: a rejected handler's promise reaches the error handler by itself in Express 5. */
export function createApp(scorer: FraudScorer): Express {
  const app = express();
  app.disable('x-powered-by');
  // Whatever the client says the body is, JSON is the only thing that is understood here.
  app.use(express.json({ limit: maxBodyBytes, type: () => true }));

  app.post('/score', async (request, response) => {
    response.json(await scorer.score(request.body, { signal: clientSignal(response) }));
  });
  app.get('/summary', (_request, response) => {
    response.json(scorer.summary());
  });
  app.get('/health', (_request, response) => {
    const health = scorer.health();
    response.status(health.ready ? 200 : 503).json(health);
  });
  app.use((_request, _response, next) => {
    next(Object.assign(new Error('There is no such route'), { status: 404 }));
  });
  app.use(answerError);
  return app;
}

// Express tells error handlers by their four parameters.
const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  const { status, headers, body } = errorReply(error);
  if (status === 500) log.error('requestFailed', { code: body.error.code, stack: error?.stack });
  if (response.headersSent) return next(error);
  response.status(status).set(headers).json(body);
};
