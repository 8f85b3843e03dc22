import { createHash } from 'node:crypto';
import type { ScoreOptions } from '../../api/request.js';
import type { Clock } from '../../host/clock.js';
import { HttpError } from './http-error.js';
import type { ResolvedRoutesOptions } from './options.js';
import { keyOf } from './score-call.js';
import type { HttpRequest, HttpResponse } from './types.js';
import { leftOf, withinCall } from './within-call.js';

type Limits = NonNullable<ResolvedRoutesOptions['idempotency']>;

/** Estimated bytes of an entry without its answer: two digests, and the objects around them. */
const entryBytes = 500;

interface Entry {
  /** Of the body. */
  readonly digest: string;
  readonly answer: Promise<HttpResponse>;
  readonly expiresAt: number;
  /** Estimated bytes of memory, with the answer once it is there. */
  bytes: number;
}

/** Scores a body, with the options of the call. */
type Score = (call: ScoreOptions | undefined) => Promise<HttpResponse>;

/**
 * Answers to requests with an `Idempotency-Key`. A request with the same key and the same body gets the same answer. If the first request is still
 * being scored, the second waits for its answer. Only scores are kept: a request that failed is scored again.
 */
export class IdempotencyCache {
  readonly #limits: Limits;
  readonly #clock: Clock;
  /** The oldest first. They expire in this order. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * @param call its deadline and its signal also end the wait for the first request with the same key.
   * @param score is called only if there is no answer.
   * @throws {HttpError} if the key is not valid, or was used with another body. @throws {DeadlineExceededError} @throws {AbortedError}
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
      // A copy, because the code that sends a response changes it.
      if (answer.status === 200) return { ...answer, headers: { ...answer.headers, 'Idempotency-Replayed': 'true' } };
    }
  }

  async #score(key: string, digest: string, score: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const { maxEntries, maxBytes, ttlMs } = this.#limits;
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

  /** Drops the oldest entry as long as `isDue` says so. */
  #dropWhile(isDue: (oldest: Entry) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (!isDue(entry)) break;
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

/** Includes the client's credentials, so that clients do not see each other's answers. A digest is short, and keeps no secret in memory. */
function entryKey({ headers }: Pick<HttpRequest, 'headers'>): string {
  const key = keyOf(headers['idempotency-key'] ?? '', 'Idempotency-Key');
  return sha256(`${String(headers.authorization ?? '')}\n${key}`);
}

/** null if it is nested too deeply for `JSON.stringify`. It cannot be a request then, and the scorer refuses it. */
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

/** Estimated bytes of an answer: two for each character of its JSON, because numbers and names take more memory than their characters. */
function sizeOf(body: unknown): number {
  return 2 * (JSON.stringify(body)?.length ?? 0);
}
