import type { Clock } from '../../../host/clock.js';
import type { RefusalKind } from '../wire/refusal.js';

/** What a node has taken in and refused, and whether it has room for more. */
export class NodeLoad {
  readonly #clock: Clock;
  readonly #maxInFlight: number;
  readonly #refused: Record<RefusalKind, number> = { busy: 0, draining: 0, layout: 0, tooLarge: 0, malformed: 0 };
  #messages = 0;
  #requests = 0;
  #inFlight = 0;
  #onIdle: () => void = () => {};

  constructor(clock: Clock, maxInFlight: number) {
    this.#clock = clock;
    this.#maxInFlight = maxInFlight;
  }

  get counts(): { messages: number; requests: number; inFlight: number; refused: Record<RefusalKind, number> } {
    return {
      messages: this.#messages,
      requests: this.#requests,
      inFlight: this.#inFlight,
      refused: { ...this.#refused },
    };
  }

  came(): void {
    this.#messages += 1;
  }

  refuse(kind: RefusalKind): void {
    this.#refused[kind] += 1;
  }

  /** A frame that is larger than the limit is taken while nothing is in flight, because it would never be taken otherwise. */
  hasRoomFor(rows: number): boolean {
    return this.#inFlight === 0 || this.#inFlight + rows <= this.#maxInFlight;
  }

  /** @returns the time at which they were taken in. */
  begin(rows: number): number {
    this.#requests += rows;
    this.#inFlight += rows;
    return this.#clock.now();
  }

  /** @returns how long they took, in ms. */
  end(rows: number, startedAt: number): number {
    this.#inFlight -= rows;
    const durationMs = this.#clock.now() - startedAt;
    if (this.#inFlight === 0) this.#onIdle();
    return durationMs;
  }

  /** Resolves when nothing is in flight, or when `giveUp` is called. For one caller. */
  async idle(): Promise<void> {
    if (this.#inFlight === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** What is in flight is not waited for any more. */
  giveUp(): void {
    this.#onIdle();
  }
}
