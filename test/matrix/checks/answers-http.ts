import { readFile } from 'node:fs/promises';
import { projectPath } from '../../support/paths.js';
import type { Check } from '../entry.js';
import { ServingHost } from '../serving-host.js';
import { isScore } from './prints-score.js';

export interface HttpPaths {
  /** @default '/score' */
  readonly score?: string;
  /** null: the host has no such route. @default '/health/ready' */
  readonly ready?: string | null;
  /** @default '/health/live' */
  readonly live?: string | null;
  /** The exit codes that are right after SIGTERM: 143 is the signal's own. @default [0] */
  readonly endsWith?: readonly number[];
}

/**
 * A server on the port in `PORT`: it is ready and live, scores the sample request, refuses an empty one with 400, answers a request that is
 * on its way when SIGTERM comes, and then ends by itself.
 */
export function answersHttp(paths: HttpPaths = {}): Check {
  return async (command) => checkHttp(await ServingHost.start(command), paths);
}

/** The same of a host that listens already. It is stopped, or killed where it fails. */
export async function checkHttp(host: ServingHost, paths: HttpPaths = {}): Promise<void> {
  const { score = '/score', ready = '/health/ready', live = '/health/live', endsWith = [0] } = paths;
  const sample = await readFile(projectPath('examples/sample-request.json'), 'utf8');
  try {
    for (const path of [ready, live]) if (path !== null) await host.expect({ path, status: 200 });
    const { body } = await host.expect({ path: score, body: sample, status: 200 });
    if (!isScore(body)) throw new Error(`POST ${score}: expected a score, received ${body.slice(0, 500)}`);
    await host.expect({ path: score, body: '{"features":{}}', status: 400 });
    const last = await host.stopDuringRequest(score, sample);
    if (!isScore(last)) throw new Error(`After SIGTERM: expected a score, received ${last.slice(0, 500)}`);
    await host.ended(endsWith);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${host.output}`);
  } finally {
    host.kill();
  }
}
