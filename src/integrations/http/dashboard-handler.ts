import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EventHub } from '../../dashboard/event-hub.js';
import page from '../../dashboard/page/page.html';
import { pageHookOf } from '../../dashboard/page-hook.js';
import { type DashboardScorer, DashboardSource } from '../../dashboard/source.js';
import { outsideOfRequests } from '../../host/async-context.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { type DashboardOptions, readDashboardOptions } from './dashboard-options.js';
import { redirectOf, routeOf } from './dashboard-routes.js';
import { commonHeaders, contentSecurityPolicy } from './security-headers.js';

/** Answers the requests of the live page: a listener of `node:http`, to be mounted in any framework. Never throws. */
export interface DashboardHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /**
   * Ends the open streams, opens no other, and stops listening to the scorer. When the scorer has closed, the streams end by themselves, after
   * its last numbers.
   */
  close(): void;
}

/**
 * The live page of a scorer, what it loads, and nothing else: `.` is the page, `events` its stream of server-sent events, one a second, and
 * `snapshot` the same as JSON, once. Read-only. It asks nobody who they are: mount it where only those who may see it get.
 *
 * @example
 * const dashboard = dashboardHandler(scorer);
 * app.use('/fraud', requireOperator, dashboard);          // Express
 * createServer(dashboard).listen(9_464, '127.0.0.1');     // Node.js
 *
 * @throws {InvalidOptionsError} where an option is not as documented, or there is no scorer.
 */
export function dashboardHandler(scorer: DashboardScorer, options: DashboardOptions = {}): DashboardHandler {
  return handlerFor(scorer, options, systemClock);
}

/** The same with another clock, for tests. */
export function handlerFor(scorer: DashboardScorer, options: DashboardOptions, clock: Clock): DashboardHandler {
  const { title, maxClients, path } = readDashboardOptions(scorer, options);
  const source = new DashboardSource(scorer, clock, title);
  const hub = new EventHub({ clock, read: () => source.read(), maxClients });
  const forget = pageHookOf(scorer)?.whenClosed(() => hub.finish());

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      sendText(response, 405, 'The live page is read-only: expected GET or HEAD');
      return;
    }
    const target = redirectOf(request, path);
    if (target !== null) {
      response.setHeader('Location', target);
      sendText(response, 308, `The page is at ${target}`);
      return;
    }
    switch (routeOf(request.url ?? '/', path)) {
      case 'page':
        response.setHeader('Content-Security-Policy', contentSecurityPolicy(page));
        send(response, 200, 'text/html; charset=utf-8', page.html);
        return;
      case 'snapshot':
        send(response, 200, 'application/json; charset=utf-8', hub.json());
        return;
      case 'events':
        openStream(request, response);
        return;
      default:
        sendText(
          response,
          404,
          'Nothing is here. The live page is at the address where it was mounted, with a slash at its end',
        );
    }
  };

  /** Why there is no stream; null where there is. */
  const refusalNow = (): string | null => {
    if (hub.isClosed) return 'The scorer is closed';
    if (hub.isEnded) return 'The live page is closed';
    return hub.isFull ? `${maxClients} pages are open, which is the limit (maxClients): close one, or raise it` : null;
  };

  const openStream = (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = refusalNow();
    if (refusal !== null) {
      response.setHeader('Retry-After', '30');
      sendText(response, 503, refusal);
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    request.socket?.setNoDelay?.(true);
    hub.add(response, lastEventId(request));
  };

  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    // What is written later must not keep the context of this request.
    outsideOfRequests(() => {
      try {
        for (const [name, value] of commonHeaders) response.setHeader(name, value);
        answer(request, response);
      } catch {
        if (response.headersSent) response.destroy();
        else sendText(response, 500, 'The scorer could not be read');
      }
    });
  };
  return Object.assign(handler, {
    close: () => {
      forget?.();
      hub.close();
      source.dispose();
    },
  });
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

/** Node.js leaves the body out where the request was HEAD. */
function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

/** Browsers send it when they connect again; a page that makes a new connection itself can only put it in the address. */
function lastEventId({ headers, url }: IncomingMessage): string | undefined {
  const header = headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  return /[?&]after=([\w.]{1,60})/.exec(url ?? '')?.[1];
}
