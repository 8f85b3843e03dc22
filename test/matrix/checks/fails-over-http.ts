import { readFile } from 'node:fs/promises';
import { projectPath } from '../../support/paths.js';
import type { Check } from '../entry.js';
import { ServingHost } from '../serving-host.js';

/** A server that builds and listens, cannot score, answers 500, and prints an error with this text. */
export function failsOverHttp(path: string, text: string): Check {
  return async (command) => {
    const host = await ServingHost.start(command);
    try {
      await host.expect({
        path,
        body: await readFile(projectPath('examples/sample-request.json'), 'utf8'),
        status: 500,
      });
      await host.prints(text);
    } finally {
      host.kill();
    }
  };
}
