import type { IncomingMessage } from 'node:http';

/** What can be asked for. */
export type DashboardRoute = 'page' | 'events' | 'snapshot';

/**
 * What a request asks for; null where there is nothing.
 *
 * @param url of the request, as it arrives.
 * @param prefix that every address begins with, with a slash at its end. null: it is not known, and the last part of the address alone counts.
 */
export function routeOf(url: string, prefix: string | null): DashboardRoute | null {
  const path = pathOf(url);
  if (prefix !== null && !path.startsWith(prefix)) return null;
  const rest = prefix === null ? path.slice(path.lastIndexOf('/') + 1) : path.slice(prefix.length);
  if (rest === '') return 'page';
  return rest === 'events' || rest === 'snapshot' ? rest : null;
}

/**
 * Where the page is, as seen from an address that lacks the slash at its end; null where nothing is missing. A relative address, so that it is right
 * behind a proxy that takes a prefix away too.
 */
export function redirectOf(request: IncomingMessage, prefix: string | null): string | null {
  // Express keeps what it took off for a mounted handler; `url` is `/` both with the slash and without.
  const original = 'originalUrl' in request && typeof request.originalUrl === 'string' ? request.originalUrl : null;
  const path = pathOf(original ?? request.url ?? '/');
  const isMounted = original !== null && pathOf(request.url ?? '/') === '/';
  const isPrefix = prefix !== null && prefix !== '/' && `${path}/` === prefix;
  if (path.endsWith('/') || !(isMounted || isPrefix)) return null;
  // `./` keeps a name with a colon from being read as a scheme, and `..` can't be the last part of what a client sent.
  return `./${path.slice(path.lastIndexOf('/') + 1)}/`;
}

/** Without the query. An absolute address, which a client may send, without its host. */
function pathOf(url: string): string {
  const path = /^[^?#]*/.exec(url)?.[0] ?? '';
  return path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '') || '/';
}
