import Fastify from 'fastify';
import { FraudScorer } from 'fraud-scorer';
import fraud from 'fraud-scorer/fastify';
import { pino } from 'pino';
import '../start-failures.js';

const { MODEL, PORT = '3000' } = process.env;
const log = pino();
const scorer = await FraudScorer.create({ model: MODEL || undefined, logger: log });

// While it closes, requests on open connections are answered, not refused.
const app = Fastify({ return503OnClosing: false });
await app.register(fraud, { scorer });
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, async () => {
    // First finish the requests in flight, then close the scorer that answers them.
    await app.close();
    const { abandoned, summary } = await scorer.close();
    log.info({ abandoned, requests: summary.requests }, 'stopped');
  });
}
await app.listen({ port: Number(PORT) });
log.info(app.server.address(), 'listening');
