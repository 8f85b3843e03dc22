import type { Delivery } from './delivery.js';

/** The deliveries that are being scored or published, oldest first. */
export class InFlight {
  readonly #deliveries = new Set<Delivery>();
  readonly #onRoom: () => void;
  #onEmpty: (() => void) | null = null;

  /** @param onRoom is told whenever there are fewer. */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get size(): number {
    return this.#deliveries.size;
  }

  [Symbol.iterator](): Iterator<Delivery> {
    return this.#deliveries.values();
  }

  add(delivery: Delivery): void {
    this.#deliveries.add(delivery);
  }

  delete(delivery: Delivery): void {
    this.#deliveries.delete(delivery);
    this.#changed();
  }

  clear(): void {
    this.#deliveries.clear();
    this.#changed();
  }

  /** For one caller at a time. */
  async empty(): Promise<void> {
    if (this.#deliveries.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
  }

  #changed(): void {
    this.#onRoom();
    if (this.#deliveries.size > 0) return;
    this.#onEmpty?.();
    this.#onEmpty = null;
  }
}
