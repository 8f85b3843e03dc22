import type { EventName, Listener, ScorerEvents } from './events.js';

/** The event methods of a scorer. */
export abstract class EventSource {
  readonly #events: ScorerEvents;

  /** @param parts the object that holds the events. It is an object because public types must not name internal ones. */
  constructor(parts: object) {
    const { events } = parts as { events: ScorerEvents };
    this.#events = events;
  }

  /**
   * Calls `listener` on every such event. If a listener throws, or its promise rejects, this is only logged. `events.once` and `events.on`
   * of Node.js also accept a scorer. They listen to `error`, which never occurs.
   *
   * @throws {InvalidOptionsError} if the event is unknown or the listener is not a function.
   */
  on<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.on(event, listener);
    return this;
  }

  /** Calls `listener` on the next such event only. @throws what `on` throws. */
  once<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.once(event, listener);
    return this;
  }

  /** Removes a listener. @throws what `on` throws. */
  off<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.off(event, listener);
    return this;
  }

  /** The same as `on`. */
  addListener<E extends EventName>(event: E, listener: Listener<E>): this {
    return this.on(event, listener);
  }

  /** The same as `off`. */
  removeListener<E extends EventName>(event: E, listener: Listener<E>): this {
    return this.off(event, listener);
  }

  /** The number of listeners of an event. @throws {InvalidOptionsError} if the event is unknown. */
  listenerCount(event: EventName): number {
    return this.#events.listenerCount(event);
  }
}
