import { defaultPolicy, roundPolicy } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';

/**
 * One version's thresholds, field by field: the defaults, then the manifest's, then the host's. The host's may change at any time.
 */
export class PolicyLayers {
  readonly #manifest: Partial<DecisionPolicy>;
  #host: Partial<DecisionPolicy>;
  /** The host's, as far as it named any. */
  get host(): Readonly<Partial<DecisionPolicy>> {
    return this.#host;
  }

  /** As the scores are compared with it: rounded to float32. For others to read. */
  rounded: DecisionPolicy;

  constructor(manifest: Partial<DecisionPolicy>, host: Partial<DecisionPolicy>) {
    this.#manifest = manifest;
    this.#host = host;
    this.rounded = this.#resolve();
  }

  /** Changes the host's thresholds that the patch names. */
  patch(patch: Partial<DecisionPolicy>): void {
    this.#host = { ...this.#host, ...patch };
    this.rounded = this.#resolve();
  }

  #resolve(): DecisionPolicy {
    return roundPolicy({ ...defaultPolicy, ...this.#manifest, ...this.#host });
  }
}
