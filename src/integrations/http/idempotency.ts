import { createHash } from 'node:crypto';
import type { ScoreOptions } from '../../api/request.js';
import type { Clock } from '../../host/clock.js';
import { HttpError } from './http-error.js';
import type { IdempotencyOptions } from './options.js';
import { keyOf } from './score-call.js';
import type { HttpRequest, HttpResponse } from './types.js';
import { leftOf, withinCall } from './within-call.js';

/** About what an entry takes beside its answer: two digests, and the objects around them. */
const entryBytes = 500;

interface Entry {
  /** Of the body. */
  readonly digest: string;
  /** What it was answered, once that is there. */
  readonly answer: Promise<HttpResponse>;
  readonly expiresAt: number;
  /** About what it takes in memory. */
  bytes: number;
}

/** Scores a body, with the options of the call. */
type Score = (call: ScoreOptions | undefined) => Promise<HttpResponse>;

/**
 * Answers to requests with an `Idempotency-Key`: the same key with the same body gets the same answer, also while the first one is being scored. Only
 * scores are kept. What failed is scored again.
 */
export class IdempotencyCache {
  readonly #options: Required<{ [name in keyof IdempotencyOptions]: number }>;
  readonly #clock: Clock;
  /** The oldest first, which expire first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(options: { maxEntries: number; maxBytes: number; ttlMs: number }, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * @param score is not called where there is an answer. @param call its deadline and its signal end the wait for the first with the same key too.
   * @throws {HttpError} where the key is none, or was used with another body. @throws {DeadlineExceededError} @throws {AbortedError}
   */
  async answer(
    request: Pick<HttpRequest, 'headers'>,
    body: unknown,
    call: ScoreOptions | undefined,
    score: Score,
  ): Promise<HttpResponse> {
    const key = entryKey(request);
    const digest = digestOf(body);
    if (digest === null) return score(call);
    const begunAt = this.#clock.now();
    for (let left = call; ; left = leftOf(call, begunAt, this.#clock.now())) {
      this.#expire();
      const known = this.#entries.get(key);
      if (known === undefined) return this.#score(key, digest, () => score(left));
      if (known.digest !== digest) {
        throw new HttpError('ERR_IDEMPOTENCY_MISMATCH', 'Idempotency-Key: expected a new one for another body');
      }
      const answer = await withinCall(known.answer, left, this.#clock);
      // A copy: what sends a response may change it.
      if (answer.status === 200) return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
    }
  }

  async #score(key: string, digest: string, score: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const { maxEntries, maxBytes, ttlMs } = this.#options;
    const answer = score();
    const entry: Entry = { digest, answer, expiresAt: this.#clock.now() + ttlMs, bytes: entryBytes };
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    this.#dropWhile(() => this.#entries.size > maxEntries);
    const answered = await answer;
    if (this.#entries.get(key) === entry) {
      if (answered.status === 200) this.#grow(entry, sizeOf(answered.body));
      else this.#drop(key, entry);
      this.#dropWhile(() => this.#bytes > maxBytes);
    }
    return { ...answered, headers: { ...answered.headers } };
  }

  #expire(): void {
    const now = this.#clock.now();
    this.#dropWhile(({ expiresAt }) => expiresAt <= now);
  }

  /** The oldest first. */
  #dropWhile(holds: (oldest: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!holds(entry)) break;
      this.#drop(key, entry);
    }
  }

  #grow(entry: Entry, bytes: number): void {
    entry.bytes += bytes;
    this.#bytes += bytes;
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
  }
}

/** Clients that say who they are do not see each other's keys. A digest: it is short, and what they say is a secret. */
function entryKey({ headers }: Pick<HttpRequest, 'headers'>): string {
  const key = keyOf(headers['idempotency-key'] ?? '', 'Idempotency-Key');
  return sha256(`${String(headers.authorization ?? '')}\n${key}`);
}

/** null where it is nested so deeply that it cannot be a request: the scorer's own check says so. */
function digestOf(body: unknown): string | null {
  try {
    return sha256(JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)) ?? '');
  } catch {
    return null;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** About how many bytes an answer takes: two for each character of its JSON, as numbers and names of fields take more than their digits. */
function sizeOf(body: unknown): number {
  return 2 * (JSON.stringify(body)?.length ?? 0);
}
