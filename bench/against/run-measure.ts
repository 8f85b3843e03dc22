import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../settings.js';
import type { Measured, MeasureName } from './measure.js';

export interface MeasureTask {
  name: MeasureName;
  /** The folder of the build. */
  dist: string;
  settings: Settings;
}

export type MeasureMessage = { kind: 'measured'; measured: Measured } | { kind: 'failed'; reason: string };

/**
 * Measures in a process of its own: none inherits another's heap, compiled code or threads.
 *
 * @throws {Error} where it failed.
 */
export async function runMeasure(task: MeasureTask): Promise<Measured> {
  const child = fork(fileURLToPath(new URL('./measure-process.ts', import.meta.url)));
  let message: MeasureMessage = { kind: 'failed', reason: 'its process ended without a result' };
  child.on('message', (received: MeasureMessage) => {
    message = received;
  });
  child.send(task);
  const [code, signal] = await once(child, 'exit');
  const found = message as MeasureMessage;
  if (found.kind === 'measured') return found.measured;
  throw new Error(`${task.name} of ${task.dist}: ${found.reason} (exit code ${String(code ?? signal)})`);
}
