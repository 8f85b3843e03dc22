import type { KvEntry } from '@nats-io/kv';
import type { Logger } from '../../../../api/logger.js';
import { nodeTtlMs } from '../buckets.js';
import { decodeReport, type NodeError } from '../node-report.js';

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
  /** The revision of this node's last report; null before the first. */
  #reported: number | null = null;
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
   * @param there the report that is there, and its revision.
   */
  look(there: KvEntry | null, now: number): void {
    // An older one is that of the process that had this id before.
    const isNewer = this.#reported !== null && there !== null && there.revision > this.#reported;
    const report = isNewer && there.operation === 'PUT' ? decodeReport(there.value) : null;
    if (report !== null && report.incarnation !== this.#options.incarnation) this.#seenAt = now;
    const wasThere = this.#isThere;
    this.#isThere = this.#seenAt !== null && now - this.#seenAt <= nodeTtlMs;
    if (this.#isThere && !wasThere) this.#options.logger.error(`Fleet: ${this.error?.message}`);
  }

  /** @param revision of the report of this node that was written now. */
  reported(revision: number): void {
    this.#reported = revision;
  }
}
