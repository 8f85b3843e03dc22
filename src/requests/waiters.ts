/** Those who wait for something to happen; all are told at once, and look for themselves whether it is enough. */
export class Waiters {
  #resolves: (() => void)[] = [];

  get isEmpty(): boolean {
    return this.#resolves.length === 0;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.#resolves.push(resolve));
  }

  tell(): void {
    if (this.#resolves.length === 0) return;
    const resolves = this.#resolves;
    this.#resolves = [];
    for (const resolve of resolves) resolve();
  }
}
