/** Whether a scorer still takes new work. It is closed once, and for good. */
export class Door {
  #isClosed = false;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }
}
