import { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { createParser } from 'eventsource-parser';
import type { DashboardSnapshot } from '../../api/dashboard.js';
import { escapeControls } from '../../errors/foreign-names.js';

/** Where snapshots come from. */
export interface SnapshotSource {
  /** @throws {NoLivePageError} if there is none. */
  once(signal: AbortSignal): Promise<DashboardSnapshot>;
  /** Calls `onSnapshot` with every snapshot until there are no more. @throws {NoLivePageError} if there are none. */
  follow(signal: AbortSignal, onSnapshot: (snapshot: DashboardSnapshot) => void): Promise<void>;
}

/** The address has no live page, or the page cannot be read. The message says what to do. */
export class NoLivePageError extends Error {
  override readonly name = 'NoLivePageError';
}

/** The address of a live page, and the headers to send. */
export interface LivePage {
  /** Ends with a slash and has no credentials. */
  base: URL;
  headers: Record<string, string>;
}

/**
 * @param address the address as the user gave it. `localhost:9464` is enough.
 * @throws {NoLivePageError} if it is not an address.
 */
export function livePageAt(address: string, headers: Record<string, string> = {}): LivePage {
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address.replace(/^:/, 'localhost:')}`;
  const base = URL.canParse(given) ? new URL(given) : null;
  if (base === null || !/^https?:$/.test(base.protocol)) {
    throw new NoLivePageError(`${shown(address)}: expected an http or https address, such as http://localhost:9464/`);
  }
  const { username, password } = base;
  base.username = '';
  base.password = '';
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return { base, headers: username === '' ? headers : { authorization: `Basic ${credentials}`, ...headers } };
}

/** The password may have a percent sign that does not begin an escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The snapshots of a live page. */
export function livePageSource(page: LivePage): SnapshotSource {
  return {
    once: (signal) => fetchSnapshot(page, signal),
    follow: (signal, onSnapshot) => followSnapshots(page, signal, onSnapshot),
  };
}

/** Fetches one snapshot. @throws {NoLivePageError} if there is none. */
export async function fetchSnapshot(page: LivePage, signal: AbortSignal): Promise<DashboardSnapshot> {
  const response = await ask(page, 'snapshot', 'application/json', signal);
  return read(await response.text(), page);
}

/**
 * Calls `onSnapshot` with every snapshot until the stream ends.
 *
 * @throws {NoLivePageError} if there is no stream.
 */
export async function followSnapshots(
  page: LivePage,
  signal: AbortSignal,
  onSnapshot: (snapshot: DashboardSnapshot) => void,
): Promise<void> {
  const { body } = await ask(page, 'events', 'text/event-stream', signal);
  if (body === null) return;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      if (event === 'snapshot') onSnapshot(read(data, page));
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) parser.feed(decoder.decode(chunk, { stream: true }));
}

async function ask(page: LivePage, what: string, type: string, signal: AbortSignal): Promise<Response> {
  const url = new URL(what, page.base);
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: type, ...page.headers }, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw new NoLivePageError(
      `${page.base.href}: nobody answers (${causeOf(error)}); is the service running, and is this its address?`,
    );
  }
  if (!response.ok) {
    const said = await response.text().catch(() => '');
    throw new NoLivePageError(`${page.base.href}: ${adviceFor(response.status, said)}`);
  }
  if (response.headers.get('content-type')?.startsWith(type) !== true) {
    await response.body?.cancel();
    throw new NoLivePageError(
      `${page.base.href}: something else answers there; expected the address of dashboardHandler`,
    );
  }
  return response;
}

function adviceFor(status: number, said: string): string {
  if (status === 401 || status === 403)
    return `the service refused the request (HTTP ${status}); add the header that it expects with --header`;
  if (status === 404)
    return 'there is no live page (HTTP 404); expected the address at which dashboardHandler is mounted';
  return `the service answers HTTP ${status}${said === '' || said.startsWith('<') ? '' : `: ${shown(said.trim())}`}`;
}

function read(text: string, { base }: LivePage): DashboardSnapshot {
  const value = readSnapshot(text);
  if (value !== null) return value;
  throw new NoLivePageError(
    `${base.href}: expected a snapshot of format 1; is the service's fraud-scorer of another version?`,
  );
}

/** @returns null if it is not a snapshot. */
export function readSnapshot(text: string): DashboardSnapshot | null {
  const value = parsed(text);
  return isSnapshot(value) ? value : null;
}

function parsed(text: string): unknown {
  try {
    // Text from another machine must not reach the terminal as an escape sequence.
    return JSON.parse(text, (_, value: unknown) => (typeof value === 'string' ? escapeControls(value) : value));
  } catch {
    return null;
  }
}

function isSnapshot(value: unknown): value is DashboardSnapshot {
  return typeof value === 'object' && value !== null && 'format' in value && value.format === 1 && 'point' in value;
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause === 'object' && cause !== null && 'code' in cause) return String(cause.code);
  if (cause instanceof Error) return cause.message;
  return error instanceof Error ? error.message : 'unknown reason';
}

function shown(text: string): string {
  return escapeControls(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
