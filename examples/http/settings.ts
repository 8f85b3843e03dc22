import type { FraudScorerOptions } from 'fraud-scorer';
import { log } from './log.js';

/** What a host reads from its environment. */
export interface Settings {
  /** PORT: 0 takes any free one. @default 3000 */
  port: number;
  /** MODEL, a model directory (the bundled one by default), and MAX_MEMORY_GB, where the memory alert is raised. */
  scorer: FraudScorerOptions;
}

/** The largest body that is read; a request of a hundred features takes two kilobytes. */
export const maxBodyBytes = 64 * 1024;

/** How long a host that was told to stop waits for requests in flight. */
export const drainTimeoutMs = 10_000;

/** @throws {Error} with one line that names the variable, what was expected and what came. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = Number(env.PORT || 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT: expected a whole number from 0 to 65535, received ${JSON.stringify(env.PORT)}`);
  }
  // The scorer checks these itself.
  const alerts = env.MAX_MEMORY_GB ? { maxMemoryGb: Number(env.MAX_MEMORY_GB) } : {};
  return { port, scorer: { model: env.MODEL || undefined, alerts, logger: log } };
}
