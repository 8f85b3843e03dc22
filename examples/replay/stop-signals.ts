import type { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { Clock } from './clock.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Under npm, Ctrl-C arrives twice in a short time: from the terminal, and passed on by npm. Two signals within this time count as one. */
const SAME_SIGNAL_MS = 400;

/** Turns the first Ctrl-C or SIGTERM into a request to stop. The second one ends the process at once. */
export class StopSignals {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #leave: (exitCode: number) => void;
  readonly #source: EventEmitter;
  readonly #controller = new AbortController();
  readonly #listeners = SIGNALS.map((name) => [name, () => this.#received(name)] as const);
  #name: (typeof SIGNALS)[number] | null = null;
  #receivedAtMs = 0;

  /**
   * @param leave ends the process at once.
   * @param source emits the signals.
   */
  constructor(clock: Pick<Clock, 'now'>, leave: (exitCode: number) => void, source: EventEmitter = process) {
    this.#clock = clock;
    this.#leave = leave;
    this.#source = source;
    for (const [name, listener] of this.#listeners) source.on(name, listener);
  }

  /** Aborted to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The name of the signal that came. */
  get name(): string | null {
    return this.#name;
  }

  /** 130 after SIGINT, 143 after SIGTERM, as a shell reports them; else 0. */
  get exitCode(): number {
    return this.#name === null ? 0 : 128 + constants.signals[this.#name];
  }

  /** Requests a stop without a signal, because the reader has closed the pipe. */
  stop(): void {
    this.#controller.abort();
  }

  release(): void {
    for (const [name, listener] of this.#listeners) this.#source.off(name, listener);
  }

  #received(name: (typeof SIGNALS)[number]): void {
    const now = this.#clock.now();
    if (this.#name === null) {
      this.#name = name;
      this.#receivedAtMs = now;
      this.stop();
    } else if (now - this.#receivedAtMs > SAME_SIGNAL_MS) {
      this.#leave(this.exitCode);
    }
  }
}
