import type { KV } from '@nats-io/kv';
import { isConflict } from '../buckets.js';

/**
 * The lead of a fleet: a key that ends by itself unless its holder writes it again. The server counts the time, so no clocks need to agree. The
 * lead only saves work: each write of its holder is a compare-and-set, so a holder that was stopped and goes on can do no harm.
 */
export class Lease {
  readonly #kv: KV;
  readonly #key: string;
  readonly #holder: string;
  #revision: number | null = null;

  /** @param holder the name of this process. */
  constructor(kv: KV, key: string, holder: string) {
    this.#kv = kv;
    this.#key = key;
    this.#holder = holder;
  }

  /** Takes or keeps the lead. Call it about once a second. @returns whether this process has it. */
  async hold(): Promise<boolean> {
    try {
      this.#revision =
        this.#revision === null
          ? await this.#kv.create(this.#key, this.#holder)
          : await this.#kv.update(this.#key, this.#holder, this.#revision);
      return true;
    } catch (error) {
      this.#revision = null;
      if (isConflict(error)) return false;
      throw error;
    }
  }

  /** Lets others take it at once. */
  async leave(): Promise<void> {
    const revision = this.#revision;
    if (revision === null) return;
    this.#revision = null;
    await this.#kv.delete(this.#key, { previousSeq: revision }).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
  }
}
