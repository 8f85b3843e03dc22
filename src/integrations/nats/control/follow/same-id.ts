import type { Logger } from '../../../../api/logger.js';
import { nodeTtlMs } from '../buckets.js';
import type { FullReport, NodeError } from '../node-report.js';

interface SameIdOptions {
  id: string;
  /** Of this process. */
  incarnation: string;
  logger: Logger;
}

/**
 * Notices another node with the id of this one. Both write the same report, so that the fleet sees now the one and now the other: what a canary
 * has done on them is not counted, and a roll-out may be `done` before both have the version.
 */
export class SameId {
  readonly #options: SameIdOptions;
  #hasReported = false;
  /** When the other one was last seen, on the monotonic clock in ms; null if never. */
  #seenAt: number | null = null;
  #isThere = false;

  constructor(options: SameIdOptions) {
    this.#options = options;
  }

  /** null if no other node has the id. */
  get error(): NodeError | null {
    const { id } = this.#options;
    if (!this.#isThere) return null;
    return { version: null, code: 'ERR_SAME_ID', message: `another node reports as ${id} too: give each its own id` };
  }

  /**
   * Call it before each report of this node.
   *
   * @param there the report that is there.
   */
  look(there: FullReport | null, now: number): void {
    const isOther = there !== null && there.incarnation !== this.#options.incarnation;
    // Before its first report, it is that of the process that had this id before. Later, it was written after that of this node.
    if (isOther && this.#hasReported) this.#seenAt = now;
    this.#hasReported = true;
    const wasThere = this.#isThere;
    this.#isThere = this.#seenAt !== null && now - this.#seenAt <= nodeTtlMs;
    if (this.#isThere && !wasThere) this.#options.logger.error(`Fleet: ${this.error?.message}`);
  }
}
