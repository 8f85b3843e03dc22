import type { DashboardPoint, DashboardSnapshot } from '../../api/dashboard.js';

/** The state of the page's connection to the scorer. */
export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'reconnecting'; reason: string }
  | { kind: 'closed' };

export interface ConnectionHandlers {
  state(state: ConnectionState): void;
  /** @param isFresh whether these are all points, because the page's own points are from an earlier run of the scorer. */
  history(points: DashboardPoint[], isFresh: boolean): void;
  snapshot(snapshot: DashboardSnapshot): void;
}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** The page's event stream. It is opened again whenever it ends, less and less often while it fails. */
export class Connection {
  readonly #base: URL;
  readonly #handlers: ConnectionHandlers;
  #delayMs = firstDelayMs;
  #lastId = '';
  /** Whether the scorer was closed at the last message. It stays true until a scorer serves again. */
  #isClosed = false;

  /** @param base the address of the page, with a slash at its end. */
  constructor(base: URL, handlers: ConnectionHandlers) {
    this.#base = base;
    this.#handlers = handlers;
  }

  open(): void {
    const url = new URL('events', this.#base);
    if (this.#lastId !== '') url.searchParams.set('after', this.#lastId);
    const source = new EventSource(url);
    source.addEventListener('open', () => {
      this.#delayMs = firstDelayMs;
      this.#isClosed = false;
      this.#handlers.state({ kind: 'live' });
    });
    source.addEventListener('history', ({ data }: MessageEvent<string>) => {
      const { fields, points, isFresh } = JSON.parse(data) as {
        fields: (keyof DashboardPoint)[];
        points: number[][];
        isFresh: boolean;
      };
      this.#handlers.history(
        points.map((row) => Object.fromEntries(fields.map((field, index) => [field, row[index] ?? null])) as never),
        isFresh,
      );
    });
    source.addEventListener('snapshot', ({ data, lastEventId }: MessageEvent<string>) => {
      this.#lastId = lastEventId;
      const snapshot: DashboardSnapshot = JSON.parse(data);
      this.#isClosed = snapshot.closed;
      this.#handlers.snapshot(snapshot);
      if (this.#isClosed) this.#handlers.state({ kind: 'closed' });
    });
    source.addEventListener('error', () => {
      // A browser retries by itself, except after an answer that is not a stream. Always retrying here is simpler.
      source.close();
      if (!this.#isClosed) {
        this.#handlers.state({ kind: 'reconnecting', reason: 'the connection ended' });
        void this.#explain(url);
      }
      setTimeout(() => this.open(), this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
    });
  }

  /** A failed stream gives no reason, so this sends the same request without a body to find the reason. */
  async #explain(url: URL): Promise<void> {
    try {
      const { status } = await fetch(url, { method: 'HEAD' });
      const reason = reasons.get(status);
      if (reason !== undefined) this.#handlers.state({ kind: 'reconnecting', reason });
    } catch {
      this.#handlers.state({ kind: 'reconnecting', reason: 'nobody answers' });
    }
  }
}

const reasons: ReadonlyMap<number, string> = new Map([
  [401, 'you are not signed in'],
  [403, 'you may not see it'],
  [404, 'the page has moved'],
  [503, 'the scorer is closed, or too many pages are open'],
]);
