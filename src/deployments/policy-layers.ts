import { defaultPolicy, policyNotes, roundPolicy, thresholdNames } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';

/**
 * One version's thresholds. Each field comes from the host, else from the manifest, else from the defaults. The host's may change at any
 * time.
 */
export class PolicyLayers {
  readonly #manifest: Partial<DecisionPolicy>;
  readonly #onNote: (note: string) => void;
  #host: Partial<DecisionPolicy>;
  #notes: readonly string[] = [];
  /** Rounded to float32, as the scores are. Read by others. */
  rounded: DecisionPolicy;

  /** @param onNote gets a note about thresholds that have no effect, once for each such policy. */
  constructor(
    manifest: Partial<DecisionPolicy>,
    host: Partial<DecisionPolicy>,
    onNote: (note: string) => void = () => {},
  ) {
    this.#manifest = manifest;
    this.#onNote = onNote;
    this.#host = host;
    this.rounded = this.#resolve();
  }

  /** The thresholds that the host has set. */
  get host(): Readonly<Partial<DecisionPolicy>> {
    return this.#host;
  }

  /** Changes the host's thresholds that the patch names. */
  patch(patch: Partial<DecisionPolicy>): void {
    this.#host = { ...this.#host, ...patch };
    this.rounded = this.#resolve();
  }

  /** Replaces all of the host's thresholds. @returns the names of those that have changed. */
  replace(host: Partial<DecisionPolicy>): (keyof DecisionPolicy)[] {
    const changed = thresholdNames.filter((name) => host[name] !== this.#host[name]);
    if (changed.length === 0) return changed;
    this.#host = host;
    this.rounded = this.#resolve();
    return changed;
  }

  #resolve(): DecisionPolicy {
    const policy = { ...defaultPolicy, ...this.#manifest, ...this.#host };
    const notes = policyNotes(policy);
    for (const note of notes) if (!this.#notes.includes(note)) this.#onNote(note);
    this.#notes = notes;
    return roundPolicy(policy);
  }
}
