import type { ServerResponse } from 'node:http';

/** Aborted when the client goes away before it has its answer, so that nothing is scored for nobody. */
export function clientSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
