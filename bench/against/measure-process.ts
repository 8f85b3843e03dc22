/** Measures one thing of one build and ends; a child of `run-measure.ts`. */

import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ReferenceRequests } from '../load/reference-requests.js';
import { measure } from './measure.js';
import type { MeasureMessage } from './run-measure.js';

function tell(message: MeasureMessage): void {
  process.send?.(message);
}

const [{ name, dist, settings }] = await once(process, 'message');
// A floor has nothing else that keeps the process alive.
const keepsAlive = setInterval(() => {}, 1_000);
try {
  const { FraudScorer: scorerClass } = await import(pathToFileURL(join(dist, 'index.js')).href);
  tell({
    kind: 'measured',
    measured: await measure(name, { settings, requests: ReferenceRequests.generate(), scorerClass }),
  });
} catch (error) {
  tell({ kind: 'failed', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  process.exitCode = 1;
}
clearInterval(keepsAlive);
process.disconnect();
