import { createHash } from 'node:crypto';
import type { DecisionPolicy } from '../../api/policy.js';
import type { Recording } from './recording.js';

/** Gives each policy that decides a number, by what it says. */
export class PolicyNumbers {
  readonly #byHash = new Map<string, number>();
  #last: DecisionPolicy | null = null;
  #lastNumber = 0;

  clear(): void {
    this.#byHash.clear();
    this.#last = null;
  }

  /** @param recording is told of one that is new, before its number is given. */
  numberOf(policy: DecisionPolicy, recording: Pick<Recording, 'sendPolicy'>): number {
    // As a rule the same object decides for hours.
    if (policy === this.#last) return this.#lastNumber;
    const hash = policyHash(policy);
    let number = this.#byHash.get(hash);
    if (number === undefined) {
      number = this.#byHash.size;
      this.#byHash.set(hash, number);
      recording.sendPolicy({ number, hash, policy: { ...policy } });
    }
    this.#last = policy;
    this.#lastNumber = number;
    return number;
  }
}

/** SHA-256, in hexadecimal, of the thresholds as JSON with its keys in alphabetical order. */
export function policyHash(policy: DecisionPolicy): string {
  const sorted = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(sorted)))
    .digest('hex');
}
