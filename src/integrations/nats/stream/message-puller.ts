import type { JsMsg } from '@nats-io/jetstream';
import { UnavailableError } from '../../../errors.js';
import type { Clock } from '../../../host/clock.js';
import { messageOf } from '../../../host/thrown.js';
import type { InFlight } from './in-flight.js';
import type { MessageSource, Pull } from './port.js';

/** What a puller is made of. */
export interface PullerParts {
  readonly source: MessageSource;
  readonly inFlight: InFlight;
  readonly clock: Clock;
  /** Gets each message in the turn in which it came, so that none waits here unseen. */
  readonly take: (message: JsMsg) => void;
  readonly isClosed: () => boolean;
  /** Called when a question failed and is asked again. */
  readonly onFailed: (error: unknown) => void;
}

/** The most messages of one question. More would hold up the event loop when all come at once. */
const mostAsked = 1_024;

/** A question ends after this time, and another is asked. A drain may wait for its end. */
const pullMs = 5_000;

/** How often the server says that it is still there while a question waits. After two that are missing the client asks again. */
const heartbeatMs = 2_000;

/** Between a question that failed, or that ended with nothing sooner than this, and the next one. */
const pauseMs = 500;

/** Asks for as many messages as there is room for, with one question at a time, so that none waits in memory before it is scored. */
export class MessagePuller {
  readonly #parts: PullerParts;
  /** Resolves when the first question has been sent, or none will be. */
  readonly hasAsked: Promise<void>;
  #onAsked: () => void = () => {};
  #isAsking = true;
  #pull: Pull | null = null;
  #wake: () => void = () => {};

  constructor(parts: PullerParts) {
    this.#parts = parts;
    this.hasAsked = new Promise((resolve) => {
      this.#onAsked = resolve;
    });
  }

  /**
   * Resolves when it was told to end, or the connection is closed.
   *
   * @throws {UnavailableError} if the server refuses for good.
   */
  async run(): Promise<void> {
    const { inFlight, isClosed } = this.#parts;
    while (this.#isAsking && !isClosed()) {
      await inFlight.room();
      if (!this.#isAsking) return;
      try {
        const isAtOnce = await this.#ask(Math.min(mostAsked, inFlight.free));
        if (isAtOnce && this.#isAsking && !isClosed()) await this.#pause();
      } catch (error) {
        this.#onAsked();
        if (!this.#isAsking || isClosed()) return;
        if (isFinal(error)) {
          throw new UnavailableError(`The server refused the consumer: ${messageOf(error)}`, { cause: error });
        }
        this.#parts.onFailed(error);
        await this.#pause();
      }
    }
  }

  /** Asks no more. What the last question brings is still taken: the server counts it as delivered. */
  finish(): void {
    this.#isAsking = false;
    this.#wake();
  }

  /** Asks no more, and lets go of the last question. */
  stop(): void {
    this.finish();
    this.#pull?.stop();
  }

  /** @returns whether the question ended at once with nothing. Then the next one must wait, or the loop would never rest. */
  async #ask(count: number): Promise<boolean> {
    const { source, take, clock } = this.#parts;
    const askedAt = clock.now();
    let isEmpty = true;
    const pull = await source.fetch({ max_messages: count, expires: pullMs, idle_heartbeat: heartbeatMs });
    this.#pull = pull;
    try {
      if (!this.#isAsking) pull.stop();
      // The client sends the question when the loop begins, which it does before anybody hears of this.
      this.#onAsked();
      for await (const message of pull) {
        isEmpty = false;
        take(message);
      }
    } finally {
      this.#pull = null;
    }
    return isEmpty && clock.now() - askedAt < pauseMs;
  }

  async #pause(): Promise<void> {
    const { clock } = this.#parts;
    await new Promise<void>((resolve) => {
      const timer = clock.background(pauseMs, resolve);
      this.#wake = () => {
        timer.clear();
        resolve();
      };
    });
  }
}

/** A bad question (400) or a permission that is missing stays so. All else may pass: a restart, another leader, a consumer created again. */
function isFinal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'PermissionViolationError' || ('code' in error && error.code === 400);
}
