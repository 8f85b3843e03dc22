import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FraudScorer } from 'fraud-scorer';
import { HttpDrain } from '../http/http-drain.js';
import { log, logEvents } from '../http/log.js';
import { drainTimeoutMs, readSettings } from '../http/settings.js';
import { createApp } from './app.js';

try {
  const settings = readSettings(process.env);
  const scorer = await FraudScorer.create(settings.scorer);
  logEvents(scorer);
  await serve(scorer, settings.port);
} catch (error) {
  log.error('startFailed', { reason: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

/** Resolves when the server listens; rejects, with the scorer closed, where it can't. */
async function serve(scorer: FraudScorer, port: number): Promise<void> {
  const server = createServer(createApp(scorer));
  const drain = new HttpDrain(server);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    // Once: a second Ctrl-C ends the process at once, as it does without a handler.
    process.once(signal, () => void stop(signal, drain, scorer));
  }
  try {
    await listen(server, port);
  } catch (error) {
    await scorer.close();
    throw error;
  }
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port);
  await once(server, 'listening');
  log.info('listening', { pid: process.pid, port: (server.address() as AddressInfo).port });
}

/** First the requests, then the scorer that answers them; the process then ends by itself, with nothing left to do. */
async function stop(signal: string, drain: HttpDrain, scorer: FraudScorer): Promise<void> {
  log.info('stopping', { signal });
  const { cutOff } = await drain.finish(drainTimeoutMs);
  const { abandoned, summary } = await scorer.close();
  log.info('stopped', { cutOff, abandoned, requests: summary.requests });
}
