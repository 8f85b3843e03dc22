import { closeSync, openSync } from 'node:fs';

/** Keeps a few files open for reading, those that were used last. */
export class OpenFiles {
  readonly #most: number;
  /** In the order of their use. */
  readonly #descriptors = new Map<string, number>();

  /** @param most how many are open at the same time. */
  constructor(most: number) {
    this.#most = most;
  }

  /** @throws {Error} where it can't be opened. */
  descriptor(path: string): number {
    const known = this.#descriptors.get(path);
    if (known !== undefined) {
      this.#descriptors.delete(path);
      this.#descriptors.set(path, known);
      return known;
    }
    const opened = openSync(path, 'r');
    this.#descriptors.set(path, opened);
    for (const oldest of this.#descriptors.keys()) {
      if (this.#descriptors.size <= this.#most) break;
      this.close(oldest);
    }
    return opened;
  }

  close(path: string): void {
    const descriptor = this.#descriptors.get(path);
    if (descriptor === undefined) return;
    this.#descriptors.delete(path);
    closeSync(descriptor);
  }

  closeAll(): void {
    for (const path of [...this.#descriptors.keys()]) this.close(path);
  }
}
