import type { Random } from '../../../models/visa-fraud/generator/random.js';
import type { FraudScorer } from '../../../src/index.js';
import type { RequestKind } from '../oracle/expectations.js';
import type { KnownRows } from '../oracle/known-rows.js';
import type { Ledger } from '../oracle/ledger.js';

/** Which requests do not simply wait for their answer, as shares of all. */
export interface Shares {
  /** With a deadline of 0.5 to 8 ms. */
  impatient?: number;
  /** With a signal that is aborted while they wait, run, or have just settled; many share one. */
  cancelled?: number;
}

/** How many requests share a signal. */
const requestsPerSignal = 100;

/** Sends requests of all the kinds that a storm is made of, and notes them. */
export class Mix {
  /** What all the others are, which wait for their answer. */
  usual: RequestKind = 'plain';
  shares: Shares;
  readonly #scorer: FraudScorer;
  readonly #ledger: Ledger;
  readonly #rows: KnownRows;
  readonly #random: Random;
  #controller = new AbortController();
  #underSignal = 0;

  constructor(scorer: FraudScorer, ledger: Ledger, rows: KnownRows, random: Random, shares: Shares = {}) {
    this.#scorer = scorer;
    this.#ledger = ledger;
    this.#rows = rows;
    this.#random = random;
    this.shares = shares;
  }

  /** Sends one; resolves when it has settled. */
  send(): Promise<void> {
    const { impatient = 0, cancelled = 0 } = this.shares;
    const drawn = impatient + cancelled === 0 ? 1 : this.#random.uniform();
    if (drawn < impatient) return this.#sendImpatient();
    if (drawn < impatient + cancelled) return this.#sendCancelled();
    const row = this.#rows.draw(this.#random);
    return this.#ledger.track(this.usual, row, this.#scorer.score(row.request));
  }

  #sendImpatient(): Promise<void> {
    const row = this.#rows.draw(this.#random);
    const options = { timeoutMs: this.#random.between(0.5, 8) };
    return this.#ledger.track('impatient', row, this.#scorer.score(row.request, options));
  }

  #sendCancelled(): Promise<void> {
    const row = this.#rows.draw(this.#random);
    const { signal } = this.#controller;
    const settled = this.#ledger.track('cancelled', row, this.#scorer.score(row.request, { signal }));
    this.#underSignal += 1;
    if (this.#underSignal === requestsPerSignal) this.#abort();
    return settled;
  }

  /** Aborts all that share the signal: at once, when the loop has gone round, or when many of them may have been answered. */
  #abort(): void {
    const controller = this.#controller;
    this.#controller = new AbortController();
    this.#underSignal = 0;
    const abort = (): void => controller.abort();
    const when = this.#random.index(3);
    if (when === 0) abort();
    else if (when === 1) setImmediate(abort);
    else void this.#ledger.settled.after(this.#random.index(2_000)).then(abort);
  }
}
