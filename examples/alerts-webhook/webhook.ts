import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** Each rule raises at most one alert per second, so this limit is reached only if the webhook is down for long. */
const mostWaiting = 1_000;

/** Posts events to a webhook one after the other, in order. Each is retried until it is accepted. */
export class Webhook {
  readonly #url: string;
  readonly #stop = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Number of events that were not accepted yet. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Never throws, because an alert must not disturb the service. */
  send(event: object): void {
    if (this.#waiting === mostWaiting) {
      console.error('The webhook is down, an alert was dropped', event);
      return;
    }
    this.#waiting += 1;
    // If the receiver's answer was lost, the event is sent again. The key tells the receiver that it already has the event.
    const key = randomUUID();
    this.#last = this.#last.then(() => this.#deliver(JSON.stringify(event), key));
  }

  /** Waits until all events are delivered, for at most `timeoutMs`. @returns how many were not delivered. */
  async close(timeoutMs: number): Promise<number> {
    const timer = setTimeout(() => this.#stop.abort(), timeoutMs);
    await this.#last;
    clearTimeout(timer);
    return this.#waiting;
  }

  async #deliver(body: string, key: string): Promise<void> {
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      if (await this.#post(body, key)) {
        this.#waiting -= 1;
        return;
      }
      // 0.1 s, 0.2 s, 0.4 s and so on, up to 10 s.
      await sleep(Math.min(100 * 2 ** attempt, 10_000), null, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  async #post(body: string, key: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(5_000)]);
    const response = await fetch(this.#url, { method: 'POST', headers, body, signal }).catch(() => null);
    await response?.body?.cancel();
    return response?.ok === true;
  }
}
