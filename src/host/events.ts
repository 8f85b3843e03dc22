import { EventEmitter } from 'eventemitter3';
import type { FraudScorerEvents } from '../api/events.js';
import { InvalidOptionsError } from '../errors.js';
import { describeValue } from '../validation/issues.js';
import { callHost } from './host-code.js';

/** The names of a scorer's events. */
export type EventName = keyof FraudScorerEvents;

/** A listener of an event. Its return value is ignored. If it is a promise that rejects, this is logged. */
export type Listener<E extends EventName> = (...args: FraudScorerEvents[E]) => unknown;

/** Called when a listener threw or its promise rejected. */
export type ListenerFailure = (event: string, error: unknown) => void;

const knownEvents: readonly string[] = [
  'alert',
  'alertCleared',
  'decision',
  'deployment',
  'workerLost',
] satisfies readonly EventName[];

/** `error` is never emitted. It is accepted because `events.once` and `events.on` of Node.js listen to it on every emitter. */
const takenEvents: readonly string[] = [...knownEvents, 'error'];

interface Registration {
  isOnce: boolean;
  /** The wrapper that is registered at the emitter. It catches the listener's errors. */
  contained: (...args: unknown[]) => void;
}

/**
 * The scorer's events. If a host's listener throws, or returns a promise that rejects, neither the scorer nor the other listeners are
 * affected.
 */
export class ScorerEvents {
  /** The number of listeners of decisions. A plain field, because every request reads it. */
  decisionListeners = 0;
  readonly #emitter = new EventEmitter();
  readonly #onFailure: ListenerFailure;
  /** By event, then by the listener that was given. */
  readonly #registrations = new Map<string, Map<unknown, Registration>>();

  constructor(onFailure: ListenerFailure) {
    this.#onFailure = onFailure;
  }

  /**
   * `once`, `off` and `listenerCount` throw the same error. @throws {InvalidOptionsError} if the event is unknown or the listener is not a
   * function.
   */
  on<E extends EventName>(event: E, listener: Listener<E>): void {
    this.#register(event, listener, false);
  }

  once<E extends EventName>(event: E, listener: Listener<E>): void {
    this.#register(event, listener, true);
  }

  off<E extends EventName>(event: E, listener: Listener<E>): void {
    refuseUnknown(event);
    refuseOther(listener);
    this.#remove(event, listener);
  }

  listenerCount(event: EventName): number {
    refuseUnknown(event);
    return this.#emitter.listenerCount(event);
  }

  emit<E extends EventName>(event: E, ...args: FraudScorerEvents[E]): void {
    this.#emitter.emit(event, ...args);
  }

  removeAll(): void {
    this.#emitter.removeAllListeners();
    this.#registrations.clear();
    this.decisionListeners = 0;
  }

  #register(event: string, listener: unknown, isOnce: boolean): void {
    refuseUnknown(event);
    refuseOther(listener);
    const ofEvent = this.#registrations.get(event) ?? new Map<unknown, Registration>();
    const before = ofEvent.get(listener);
    if (before !== undefined) {
      // A listener is registered at most once. `on` overrides `once`.
      before.isOnce &&= isOnce;
      return;
    }
    const registration: Registration = {
      isOnce,
      contained: (...args) => {
        if (registration.isOnce) this.#remove(event, listener);
        callHost(
          () => Reflect.apply(listener, undefined, args),
          (error) => this.#onFailure(event, error),
        );
      },
    };
    ofEvent.set(listener, registration);
    this.#registrations.set(event, ofEvent);
    this.#emitter.on(event, registration.contained);
    this.#countDecisions();
  }

  #remove(event: string, listener: unknown): void {
    const ofEvent = this.#registrations.get(event);
    const registration = ofEvent?.get(listener);
    if (registration === undefined) return;
    ofEvent?.delete(listener);
    this.#emitter.off(event, registration.contained);
    this.#countDecisions();
  }

  #countDecisions(): void {
    this.decisionListeners = this.#emitter.listenerCount('decision');
  }
}

function refuseUnknown(event: string): void {
  if (takenEvents.includes(event)) return;
  const expected = `one of ${knownEvents.map((known) => JSON.stringify(known)).join(', ')}`;
  throw new InvalidOptionsError([{ path: 'event', expected, received: describeValue(event) }]);
}

function refuseOther(listener: unknown): asserts listener is (...args: unknown[]) => unknown {
  if (typeof listener === 'function') return;
  throw new InvalidOptionsError([{ path: 'listener', expected: 'a function', received: describeValue(listener) }]);
}
