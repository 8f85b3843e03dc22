import { EventEmitter } from 'eventemitter3';
import type { FraudScorerEvents } from './types.js';

/** The events that a scorer has. */
export type EventName = keyof FraudScorerEvents;
/** What hears of an event. What it returns is not looked at, but for a promise that rejects, which is logged. */
export type Listener<E extends EventName> = (...args: FraudScorerEvents[E]) => unknown;

/** Told of a listener that threw, or whose promise rejected. */
export type ListenerFailure = (event: EventName, error: unknown) => void;

/**
 * The scorer's events. A host's listener that throws, or returns a promise that rejects, reaches neither the
 * scorer nor the other listeners.
 */
export class ScorerEvents {
  readonly #emitter = new EventEmitter();
  readonly #onFailure: ListenerFailure;
  /** The listener that was given, to the contained one that is registered. */
  readonly #contained = new Map<EventName, Map<unknown, (...args: unknown[]) => void>>();

  constructor(onFailure: ListenerFailure) {
    this.#onFailure = onFailure;
  }

  on<E extends EventName>(event: E, listener: Listener<E>): void {
    this.#register(event, listener, (args) => listener(...(args as FraudScorerEvents[E])));
  }

  once<E extends EventName>(event: E, listener: Listener<E>): void {
    this.#register(event, listener, (args) => {
      this.off(event, listener);
      return listener(...(args as FraudScorerEvents[E]));
    });
  }

  off<E extends EventName>(event: E, listener: Listener<E>): void {
    const registered = this.#contained.get(event);
    const contained = registered?.get(listener);
    if (contained === undefined) return;
    registered?.delete(listener);
    this.#emitter.off(event, contained);
  }

  hasListeners(event: EventName): boolean {
    return this.#emitter.listenerCount(event) > 0;
  }

  emit<E extends EventName>(event: E, ...args: FraudScorerEvents[E]): void {
    this.#emitter.emit(event, ...args);
  }

  removeAll(): void {
    this.#emitter.removeAllListeners();
    this.#contained.clear();
  }

  #register(event: EventName, listener: unknown, call: (args: unknown[]) => unknown): void {
    if (typeof listener !== 'function') throw new TypeError(`on(${event}): expected a function`);
    const registered = this.#contained.get(event) ?? new Map<unknown, (...args: unknown[]) => void>();
    // The same listener twice is the same as once.
    if (registered.has(listener)) return;
    const contained = (...args: unknown[]): void => this.#contain(event, () => call(args));
    registered.set(listener, contained);
    this.#contained.set(event, registered);
    this.#emitter.on(event, contained);
  }

  #contain(event: EventName, call: () => unknown): void {
    try {
      const result = call();
      if (result instanceof Promise) result.catch((error: unknown) => this.#onFailure(event, error));
    } catch (error) {
      this.#onFailure(event, error);
    }
  }
}
