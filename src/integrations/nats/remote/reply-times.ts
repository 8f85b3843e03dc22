/** A node is never suspected sooner, in ms: garbage collection and a busy machine take as long. */
const leastMs = 100;

/** How long a node that has not answered yet is trusted, in ms. */
const firstMs = 500;

/**
 * How long a node takes to answer a frame, and how long one may take before the node is suspected: mean + 8 · deviation, as TCP finds its
 * retransmission timeout (RFC 6298), but with a larger factor, because a second attempt costs more than a packet.
 */
export class ReplyTimes {
  #meanMs: number | null = null;
  #deviationMs = 0;

  record(durationMs: number): void {
    if (this.#meanMs === null) {
      this.#meanMs = durationMs;
      this.#deviationMs = durationMs / 2;
      return;
    }
    this.#deviationMs += (Math.abs(durationMs - this.#meanMs) - this.#deviationMs) / 4;
    this.#meanMs += (durationMs - this.#meanMs) / 8;
  }

  get limitMs(): number {
    return this.#meanMs === null ? firstMs : Math.max(leastMs, this.#meanMs + 8 * this.#deviationMs);
  }
}
