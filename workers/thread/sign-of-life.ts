import { parentPort } from 'node:worker_threads';
import type { SignOfLife } from '../../src/protocol/tools.js';

const everyMs = 1_000;

let saidAt = performance.now();

/** Tells the host, once a second at most, that this worker does not hang: for loops that keep the event loop from turning. */
export function showLife(): void {
  const now = performance.now();
  if (now - saidAt < everyMs) return;
  saidAt = now;
  const sign: SignOfLife = { kind: 'alive' };
  parentPort?.postMessage(sign);
}

/** Tells it by itself wherever the event loop turns. */
export function keepShowingLife(): void {
  setInterval(showLife, everyMs).unref();
}
