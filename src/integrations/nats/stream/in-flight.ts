import type { Delivery } from './delivery.js';

/** The deliveries that are being scored or published, oldest first. */
export class InFlight {
  readonly #limit: number;
  /** Waiting goes on until there is room for several, so that the loop is not woken for each. */
  readonly #roomAt: number;
  readonly #deliveries = new Set<Delivery>();
  #onRoom: (() => void) | null = null;
  #onEmpty: (() => void) | null = null;

  constructor(limit: number) {
    this.#limit = limit;
    this.#roomAt = Math.min(limit - 1, Math.floor(limit * 0.9));
  }

  get size(): number {
    return this.#deliveries.size;
  }

  get isFull(): boolean {
    return this.#deliveries.size >= this.#limit;
  }

  [Symbol.iterator](): Iterator<Delivery> {
    return this.#deliveries.values();
  }

  add(delivery: Delivery): void {
    this.#deliveries.add(delivery);
  }

  delete(delivery: Delivery): void {
    this.#deliveries.delete(delivery);
    if (this.#deliveries.size <= this.#roomAt) this.#tellRoom();
    if (this.#deliveries.size === 0) this.#tellEmpty();
  }

  clear(): void {
    this.#deliveries.clear();
    this.#tellRoom();
    this.#tellEmpty();
  }

  /** For one caller at a time. */
  room(): Promise<void> {
    return new Promise((resolve) => {
      this.#onRoom = resolve;
    });
  }

  /** For one caller at a time. */
  async empty(): Promise<void> {
    if (this.#deliveries.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #tellRoom(): void {
    this.#onRoom?.();
    this.#onRoom = null;
  }

  #tellEmpty(): void {
    this.#onEmpty?.();
    this.#onEmpty = null;
  }
}
