/**
 * Counts requests that were sent and are not answered, and makes the sender wait at a limit. So memory stays constant, and no queue fills
 * up.
 */
export class InFlight {
  readonly #limit: number;
  #count = 0;
  #maxCount = 0;
  #onRoom: (() => void) | undefined;
  #onIdle: (() => void) | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  /** The highest count so far. */
  get maxCount(): number {
    return this.#maxCount;
  }

  add(): void {
    this.#count++;
    if (this.#count > this.#maxCount) this.#maxCount = this.#count;
  }

  remove(): void {
    this.#count--;
    if (this.#count < this.#limit) this.#onRoom?.();
    if (this.#count === 0) this.#onIdle?.();
  }

  /** Undefined if there is room, else a promise that resolves when there is. There is one sender. */
  room(): Promise<void> | undefined {
    if (this.#count < this.#limit) return undefined;
    return new Promise((resolve) => {
      this.#onRoom = () => {
        this.#onRoom = undefined;
        resolve();
      };
    });
  }

  /** Resolves when everything that was sent is answered. */
  async idle(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
