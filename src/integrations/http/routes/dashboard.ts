import { PassThrough } from 'node:stream';
import { EventHub } from '../../../dashboard/event-hub.js';
import page from '../../../dashboard/page/page.html';
import { pageHookOf } from '../../../dashboard/page-hook.js';
import { DashboardSource } from '../../../dashboard/source.js';
import { outsideOfRequests } from '../../../host/async-context.js';
import type { RouteContext, RouteDefinition } from '../context.js';
import { readDashboardOptions } from '../dashboard-options.js';
import { HttpError } from '../http-error.js';
import { commonHeaders, contentSecurityPolicy } from '../security-headers.js';
import type { HttpRequest, HttpResponse } from '../types.js';

const path = '/dashboard';

/** GET `/dashboard`, where it was asked for: the live page, and below it what the page loads. */
export function dashboardRoutes(context: RouteContext): RouteDefinition[] {
  const { scorer, options, clock, disposers } = context;
  if (options.dashboard === null) return [];
  const { scorer: watched, title, maxClients } = readDashboardOptions(scorer, options.dashboard);
  const source = new DashboardSource(watched, clock, title);
  const hub = new EventHub({ clock, read: () => source.read(), maxClients });
  const forget = pageHookOf(scorer)?.whenClosed(() => hub.finish());
  disposers.push(() => {
    forget?.();
    hub.close();
    source.dispose();
  });
  const events = (request: HttpRequest): HttpResponse => {
    if (hub.isEnded || hub.isClosed || hub.isFull)
      throw new HttpError('ERR_TOO_MANY_PAGES', tooMany(maxClients), retryLater);
    const type = 'text/event-stream; charset=utf-8';
    if (request.method === 'HEAD') return answer(type, null);
    const stream = new PassThrough();
    hub.add(stream, lastEventId(request));
    return answer(type, stream, { 'X-Accel-Buffering': 'no' });
  };
  const route = (below: string, respond: (request: HttpRequest) => HttpResponse): RouteDefinition => ({
    ...{ method: 'GET', path: path + below, name: 'dashboard', accepts: null, maxBodyBytes: 0 },
    // What is written later must not keep the context of this request.
    answer: (request) => outsideOfRequests(() => respond(request)),
  });
  const policy = { 'Content-Security-Policy': contentSecurityPolicy(page) };
  return [
    // The page loads by relative addresses, which need the slash.
    route('', () => ({
      status: 308,
      headers: { ...Object.fromEntries(commonHeaders), Location: './dashboard/' },
      body: null,
    })),
    route('/', () => answer('text/html; charset=utf-8', page.html, policy)),
    route('/events', events),
    route('/snapshot', () => answer('application/json; charset=utf-8', hub.json())),
  ];
}

const retryLater = { headers: { 'Retry-After': '30' } };

function tooMany(maxClients: number): string {
  return `The scorer or its page is closed, or ${maxClients} pages are open, which is the limit (maxClients)`;
}

function answer(type: string, body: unknown, more: Record<string, string> = {}): HttpResponse {
  return { status: 200, headers: { ...Object.fromEntries(commonHeaders), 'Content-Type': type, ...more }, body };
}

/** Browsers send it when they connect again; a page that makes a new connection itself can only put it in the address. */
function lastEventId({ headers, query = '' }: HttpRequest): string | undefined {
  const header = headers['last-event-id'];
  if (typeof header === 'string' && header !== '') return header;
  return /(?:^|&)after=([\w.]{1,60})/.exec(query)?.[1];
}
