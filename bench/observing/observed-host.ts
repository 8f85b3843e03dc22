import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Worker } from 'node:worker_threads';
import type { FraudScorer } from 'fraud-scorer';
import { dashboardHandler } from 'fraud-scorer/http';
import { contentType, text } from 'fraud-scorer/prometheus';

/** A host that has its metrics at `/metrics` and the live page at `/`, on loopback. */
export class ObservedHost {
  readonly #server: Server;
  readonly #port: number;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#port = port;
  }

  static async listen(scorer: FraudScorer): Promise<ObservedHost> {
    const dashboard = dashboardHandler(scorer);
    const server = createServer((request, response) => {
      if (request.url !== '/metrics') {
        dashboard(request, response);
        return;
      }
      response.writeHead(200, { 'Content-Type': contentType });
      response.end(text(scorer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return new ObservedHost(server, address.port);
  }

  /** Has a thread scrape the metrics each second and keep one live page open, as long as `work` takes. */
  async whileWatched<T>(work: () => Promise<T>): Promise<T> {
    const watcher = new Worker(new URL('./watcher-thread.mjs', import.meta.url), {
      workerData: { port: this.#port },
      execArgv: [],
    });
    try {
      await once(watcher, 'message');
      return await work();
    } finally {
      await watcher.terminate();
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
