import type { DashboardPoint, DashboardSnapshot } from '../../api/dashboard.js';

/** How the page hears of the scorer. */
export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'live' }
  | { kind: 'reconnecting'; reason: string }
  | { kind: 'closed' };

export interface ConnectionHandlers {
  state(state: ConnectionState): void;
  /** @param isFresh these are all that there are: what the page has is of another run of the scorer. */
  history(points: DashboardPoint[], isFresh: boolean): void;
  snapshot(snapshot: DashboardSnapshot): void;
}

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** The page's stream of events. It is opened again whenever it ends, less and less often while nobody answers. */
export class Connection {
  readonly #base: URL;
  readonly #handlers: ConnectionHandlers;
  #delayMs = firstDelayMs;
  #lastId = '';
  /** Whether the scorer was closed when the page heard of it last. It stays so until one serves again. */
  #isClosed = false;

  /** @param base where the page is, with a slash at its end. */
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
      // A browser tries again by itself, but for an answer that is no stream; one way is simpler than two.
      source.close();
      if (!this.#isClosed) {
        this.#handlers.state({ kind: 'reconnecting', reason: 'the connection ended' });
        void this.#explain(url);
      }
      setTimeout(() => this.open(), this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
    });
  }

  /** A stream does not tell why it failed; the same request without a body does. */
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
