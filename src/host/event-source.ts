import type { EventName, Listener, ScorerEvents } from './events.js';

/** What a host listens to. */
export abstract class EventSource {
  readonly #events: ScorerEvents;

  /** @param parts that hold the events: an object, as public types must not name what is inside. */
  constructor(parts: object) {
    const { events } = parts as { events: ScorerEvents };
    this.#events = events;
  }

  /**
   * Calls `listener` at every such event. One that throws, or whose promise rejects, disturbs nothing; it is logged. `events.once` and
   * `events.on` of Node.js take a scorer too; `error`, which they listen to, never occurs.
   *
   * @throws {InvalidOptionsError} where there is no such event, or the listener is no function.
   */
  on<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.on(event, listener);
    return this;
  }

  /** Calls `listener` at the next such event. @throws as `on` does. */
  once<E extends EventName>(event: E, listener: Listener<E>): this {
    this.#events.once(event, listener);
    return this;
  }

  /** Takes a listener away again. @throws as `on` does. */
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

  /** How many listeners an event has. @throws {InvalidOptionsError} where there is no such event. */
  listenerCount(event: EventName): number {
    return this.#events.listenerCount(event);
  }
}
