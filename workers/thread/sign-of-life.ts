import { parentPort } from 'node:worker_threads';
import type { SignOfLife } from '../../src/protocol/tools.js';

const everyMs = 1_000;

let saidAt = performance.now();

/** Tells the host, at most once a second, that this worker does not hang. For loops that block the event loop. */
export function showLife(): void {
  const now = performance.now();
  if (now - saidAt < everyMs) return;
  saidAt = now;
  const sign: SignOfLife = { kind: 'alive' };
  parentPort?.postMessage(sign);
}

/** Tells it automatically while the event loop runs. */
export function keepShowingLife(): void {
  setInterval(showLife, everyMs).unref();
}
