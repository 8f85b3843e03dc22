/** Callers that wait for something to change. All are told at once, and each checks whether the change is enough. */
export class Waiters {
  #resolves: (() => void)[] = [];

  /** Whether anybody waits. If not, `tell` need not be called. */
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
