/** When versions were loaded and changed places: one after the other, in milliseconds of one clock. */
export class SwapWindows {
  /** When the present one began; null between two. */
  #begunAt: number | null = null;
  #lastEnd = Number.NEGATIVE_INFINITY;

  begin(now: number): void {
    this.#begunAt = now;
  }

  end(now: number): void {
    this.#begunAt = null;
    this.#lastEnd = now;
  }

  /**
   * Whether a swap was under way at any time from when a request was to be sent until it was answered.
   *
   * @param answered must be about now: only the last two swaps are remembered.
   */
  touches(intended: number, answered: number): boolean {
    return (this.#begunAt !== null && this.#begunAt <= answered) || this.#lastEnd >= intended;
  }
}
