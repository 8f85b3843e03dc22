/** Counts what was sent and is not answered, and holds the sender back at a limit: memory stays constant, and no queue fills. */
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

  /** The most that were ever out at once. */
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

  /** Nothing where there is room; else a promise of it. There is one sender. */
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
