import type { Server } from 'node:http';
import { ServerDrain } from './server-drain.js';

/** How a drain ended. */
export interface DrainReport {
  /** Requests that took longer than the time allowed: their connections were closed without an answer. */
  cutOff: number;
}

/**
 * Ends a server without losing a request. `server.close()` alone waits for clients that keep their connections open and go on sending;
 * this one tells them to open another connection, to another instance.
 *
 * Call it before the server takes its first request. Fastify's `app.close()` and the NestJS module do the same by themselves.
 *
 * @param server of `node:http` or `node:https`.
 * @returns a function that stops listening, answers what is in flight, closes all connections, and resolves when that is done, after at most
 * `timeoutMs` (above 0, 10,000 by default). It never rejects. The first call counts.
 *
 * @example
 * const drain = drainable(server);
 * process.once('SIGTERM', async () => {
 *   await drain();
 *   await scorer.close();
 * });
 */
export function drainable(server: Server): (timeoutMs?: number) => Promise<DrainReport> {
  const drain = ServerDrain.of(server);
  return async (timeoutMs = 10_000) => ({ cutOff: await drain.finish(timeoutMs) });
}
