import { createHash } from 'node:crypto';
import type { Clock } from '../../host/clock.js';
import { HttpError } from './http-error.js';
import type { IdempotencyOptions } from './options.js';
import { keyOf } from './score-call.js';
import type { HttpRequest, HttpResponse } from './types.js';

interface Entry {
  /** Of the body. */
  digest: string;
  /** What it was answered, once that is there. */
  answer: Promise<HttpResponse>;
  expiresAt: number;
}

/**
 * Answers to requests with an `Idempotency-Key`: the same key with the same body gets the same answer, also while the first one is being scored. Only
 * scores are kept. What failed is scored again.
 */
export class IdempotencyCache {
  readonly #options: Required<{ [name in keyof IdempotencyOptions]: number }>;
  readonly #clock: Clock;
  /** The oldest first, which expire first. */
  readonly #entries = new Map<string, Entry>();

  constructor(options: { maxEntries: number; ttlMs: number }, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param score is not called where there is an answer. @throws {HttpError} where the key is none, or was used with another body. */
  async answer(request: HttpRequest, body: unknown, score: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const key = entryKey(request);
    const digest = digestOf(body);
    this.#expire();
    const known = this.#entries.get(key);
    if (known === undefined) return this.#score(key, digest, score);
    if (known.digest !== digest) {
      throw new HttpError('ERR_IDEMPOTENCY_MISMATCH', 'Idempotency-Key: expected a new one for another body');
    }
    const answer = await known.answer;
    if (answer.status !== 200) return this.answer(request, body, score);
    // A copy: what sends a response may change it.
    return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
  }

  async #score(key: string, digest: string, score: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const { maxEntries, ttlMs } = this.#options;
    const answer = score();
    const entry: Entry = { digest, answer, expiresAt: this.#clock.now() + ttlMs };
    this.#entries.set(key, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxEntries) break;
      this.#entries.delete(oldest);
    }
    const answered = await answer;
    if (answered.status !== 200 && this.#entries.get(key) === entry) this.#entries.delete(key);
    return { ...answered, headers: { ...answered.headers } };
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now) break;
      this.#entries.delete(key);
    }
  }
}

/** Clients that say who they are do not see each other's keys. */
function entryKey({ headers }: HttpRequest): string {
  const key = keyOf(headers['idempotency-key'] ?? '', 'Idempotency-Key');
  return `${String(headers.authorization ?? '')}\n${key}`;
}

/** @throws {HttpError} 400 where it is nested so deeply that it cannot be compared. */
function digestOf(body: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(body, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  } catch {
    const message = 'The body: expected at most some thousand values inside one another, received more';
    throw new HttpError('ERR_INVALID_REQUEST', message, { pointer: '' });
  }
  return createHash('sha256')
    .update(text ?? '')
    .digest('base64');
}
