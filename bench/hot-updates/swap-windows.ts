/** When swaps began and ended, on the clock of the load. */
export class SwapWindows {
  readonly #windows: { start: number; end: number }[] = [];

  begin(start: number): void {
    this.#windows.push({ start, end: Number.POSITIVE_INFINITY });
  }

  end(end: number): void {
    const last = this.#windows.at(-1);
    if (last !== undefined) last.end = end;
  }

  get durations(): number[] {
    return this.#windows.map(({ start, end }) => end - start);
  }

  /** Whether a swap went on then; the time is one of the last seconds. */
  includes(time: number): boolean {
    for (let index = this.#windows.length - 1; index >= 0; index -= 1) {
      const window = this.#windows[index];
      if (window === undefined || window.end < time) return false;
      if (window.start <= time) return true;
    }
    return false;
  }
}
