import { once } from 'node:events';
import { createServer } from 'node:http';
import type { FraudScorer } from 'fraud-scorer';
import { dashboardHandler } from 'fraud-scorer/http';
import { UsageError } from './usage-error.js';

/** The live page of the replay's scorer. */
export interface LivePage extends AsyncDisposable {
  url: string;
}

/**
 * Serves the live page only to this machine, while the replay runs.
 *
 * @throws UsageError if the port is taken.
 */
export async function servePage(scorer: FraudScorer, port: number): Promise<LivePage> {
  const dashboard = dashboardHandler(scorer, { title: 'Replay' });
  const server = createServer((request, response) => {
    // Otherwise another site could give its own name this machine's address, and read what only this machine may see.
    if (/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(request.headers.host ?? '')) dashboard(request, response);
    else response.writeHead(403).end();
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    dashboard.close();
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new UsageError(`--dashboard ${port}: the port can't be used (${code}); give another one`);
  }
  const address = server.address();
  return {
    url: `http://localhost:${typeof address === 'object' ? address?.port : port}/`,
    [Symbol.asyncDispose]: async () => {
      dashboard.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
