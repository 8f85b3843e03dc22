/** Lets others wait until so much has been done, without a clock. */
export class Milestones {
  #done = 0;
  #next = Number.POSITIVE_INFINITY;
  #isOver = false;
  #waiting: { at: number; resolve: () => void }[] = [];

  get done(): number {
    return this.#done;
  }

  /** Whether nothing more will be done. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** One more is done. */
  pass(): void {
    this.#done += 1;
    if (this.#done >= this.#next) this.#tell();
  }

  /** Resolves when so many more are done, or nothing more will be. */
  async after(count: number): Promise<void> {
    if (this.#isOver || count <= 0) return;
    const at = this.#done + count;
    await new Promise<void>((resolve) => {
      this.#waiting.push({ at, resolve });
      this.#next = Math.min(this.#next, at);
    });
  }

  /** Nothing more will be done: nobody waits any longer. */
  end(): void {
    this.#isOver = true;
    this.#tell();
  }

  #tell(): void {
    const reached = this.#waiting.filter(({ at }) => this.#isOver || at <= this.#done);
    this.#waiting = this.#waiting.filter((waiter) => !reached.includes(waiter));
    this.#next = Math.min(...this.#waiting.map(({ at }) => at), Number.POSITIVE_INFINITY);
    for (const { resolve } of reached) resolve();
  }
}
