/** Those who wait for something to happen; all are told at once, and look for themselves whether it is enough. */
export class Waiters {
  #resolves: (() => void)[] = [];

  /** Whether anybody waits: `tell` need not be called otherwise. */
  isAwaited = false;

  wait(): Promise<void> {
    this.isAwaited = true;
    return new Promise((resolve) => this.#resolves.push(resolve));
  }

  tell(): void {
    this.isAwaited = false;
    const resolves = this.#resolves;
    this.#resolves = [];
    for (const resolve of resolves) resolve();
  }
}
