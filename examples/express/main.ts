import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { FraudScorer } from 'fraud-scorer';
import { scoringRouter } from 'fraud-scorer/express';
import { drainable } from 'fraud-scorer/http';
import { pino } from 'pino';
import '../start-failures.js';

const { MODEL, PORT = '3000' } = process.env;
const log = pino();
const scorer = await FraudScorer.create({ model: MODEL || undefined, logger: log });

const app = express().use(scoringRouter(scorer));
const server = createServer(app);
const drain = drainable(server);
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    // First finish the requests in flight, then close the scorer that answers them.
    await drain();
    const { abandoned, summary } = await scorer.close();
    log.info({ abandoned, requests: summary.requests }, 'stopped');
  });
}
server.listen(Number(PORT));
await once(server, 'listening');
log.info(server.address(), 'listening');
