import type { Delivery } from './delivery.js';

/** The deliveries that are being scored or published, oldest first. */
export class InFlight {
  readonly #limit: number;
  /** Waiting goes on until there is room for several, so that the server is not asked for each. */
  readonly #roomAt: number;
  readonly #deliveries = new Set<Delivery>();
  #onRoom: (() => void) | null = null;
  #onEmpty: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
    this.#roomAt = Math.min(limit - 1, Math.floor(limit * 0.9));
  }

  get size(): number {
    return this.#deliveries.size;
  }

  /** How many more may be added. */
  get free(): number {
    return Math.max(0, this.#limit - this.#deliveries.size);
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

  /** Resolves when there is room for several. For one caller at a time. */
  async room(): Promise<void> {
    if (this.#deliveries.size <= this.#roomAt) return;
    await new Promise<void>((resolve) => {
      this.#onRoom = resolve;
    });
  }

  async empty(): Promise<void> {
    if (this.#deliveries.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onEmpty.push(resolve);
    });
  }

  #tellRoom(): void {
    this.#onRoom?.();
    this.#onRoom = null;
  }

  #tellEmpty(): void {
    if (this.#onEmpty.length === 0) return;
    for (const tell of this.#onEmpty.splice(0)) tell();
  }
}
