import { readFileSync } from 'node:fs';
import type { Scorer } from 'fraud-scorer';

const sample = JSON.parse(readFileSync(new URL('../sample-request.json', import.meta.url), 'utf8'));
const everyMs = 10;

/** A host's transactions at a steady rate, and what became of them. */
export class Traffic {
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #failed = 0;
  #byVersion: Record<string, number> = {};

  constructor(scorer: Scorer, perSecond: number) {
    this.#timer = setInterval(() => {
      for (let count = 0; count < (perSecond * everyMs) / 1_000; count += 1) this.#send(scorer);
    }, everyMs);
  }

  /** The answers since the last call, by the version that decided: `version 1: 950, version 2: 50`. */
  answers(): string {
    const counts = Object.entries(this.#byVersion).map(([version, count]) => `version ${version}: ${count}`);
    this.#byVersion = {};
    return counts.join(', ');
  }

  /** Waits for what is open. */
  async end(): Promise<{ sent: number; failed: number }> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    return { sent: this.#sent, failed: this.#failed };
  }

  #send(scorer: Scorer): void {
    this.#sent += 1;
    const id = `tx-${this.#sent}`;
    // The routing key keeps a customer with the same version.
    const routingKey = `customer-${this.#sent % 1_000}`;
    const answer = scorer.score({ ...sample, id }, { routingKey }).then(
      (result) => {
        const version = result.source === 'model' ? result.model.version : 'fallback';
        this.#byVersion[version] = (this.#byVersion[version] ?? 0) + 1;
      },
      (error: unknown) => {
        this.#failed += 1;
        console.error(error);
      },
    );
    this.#open.add(answer);
    answer.finally(() => this.#open.delete(answer));
  }
}
