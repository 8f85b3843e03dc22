import type { Consumer, ConsumerMessages, JsMsg } from '@nats-io/jetstream';
import type { Clock, Timer } from '../../../host/clock.js';

/** A pull ends after this time, and another begins. */
const pullMs = 30_000;

/** How often the server says that it is still there while a pull waits. After two that are missing the pull ends. */
const heartbeatMs = 2_000;

/** Until the next pull after one that failed, in ms. */
const pauseMs = 1_000;

interface PullsOptions {
  readonly consumer: Consumer;
  readonly clock: Clock;
  /** The most messages that are asked for and not finished. */
  readonly limit: number;
  /** How many of them have come and are not finished. */
  readonly inFlight: () => number;
  readonly onMessage: (message: JsMsg) => void;
  /** A pull failed, and the next one may not. */
  readonly onProblem: (error: unknown) => void;
  /** The server will never permit it. */
  readonly onRefused: (error: unknown) => void;
}

/**
 * Asks the server for messages, for no more than there is room for. So each one is worked on as soon as it comes: one that waited here would come
 * to another worker after the ack wait, too.
 */
export class Pulls {
  readonly #options: PullsOptions;
  /** Messages that may still come. */
  #asked = 0;
  readonly #open = new Set<ConsumerMessages>();
  #pause: Timer | null = null;
  #isStopped = false;
  #onEnd: () => void = () => {};
  /** Resolves when no pull is open any more. */
  readonly ended: Promise<void>;

  constructor(options: PullsOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** Call it when messages were finished. It asks for a good part of the limit at once, because each pull has its cost. */
  topUp(): void {
    const { limit, inFlight } = this.#options;
    const room = limit - this.#asked - inFlight();
    if (this.#isStopped || this.#pause !== null || room < Math.max(1, limit / 4)) return;
    this.#asked += room;
    void this.#pull(room);
  }

  /** Asks for no more. Messages on their way come to nobody. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#pause?.clear();
    for (const messages of this.#open) messages.stop();
    if (this.#open.size === 0) this.#onEnd();
  }

  async #pull(count: number): Promise<void> {
    const { consumer, onMessage } = this.#options;
    let left = count;
    try {
      const messages = await consumer.fetch({ max_messages: count, expires: pullMs, idle_heartbeat: heartbeatMs });
      this.#open.add(messages);
      if (this.#isStopped) messages.stop();
      try {
        for await (const message of messages) {
          left -= 1;
          this.#asked -= 1;
          onMessage(message);
        }
      } finally {
        this.#open.delete(messages);
      }
    } catch (error) {
      this.#failed(error);
    }
    this.#asked -= left;
    if (!this.#isStopped) this.topUp();
    else if (this.#open.size === 0) this.#onEnd();
  }

  #failed(error: unknown): void {
    const { clock, onProblem, onRefused } = this.#options;
    if (this.#isStopped) return;
    if (isRefusal(error)) {
      onRefused(error);
      return;
    }
    onProblem(error);
    this.#pause ??= clock.background(pauseMs, () => {
      this.#pause = null;
      this.topUp();
    });
  }
}

/** Whether the server does not permit it, or the pull itself was wrong. By name, because two copies of the client have two classes. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'PermissionViolationError' || Reflect.get(error, 'code') === 400;
}
