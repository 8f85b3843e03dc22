import { parsePolicyPatch } from '../answering/policy.js';
import type { Patch } from '../api/patch.js';
import type { DecisionPolicy } from '../api/policy.js';
import { VersionedScorer } from '../deployments/versioned-scorer.js';
import type { FakeBreach } from './fake-call.js';
import type { FakeOperations } from './fake-operations.js';

/** What is done with the versions of a fake: by a host, as with those of a real scorer, and by its test. */
export abstract class FakeVersionedScorer extends VersionedScorer {
  readonly #operations: FakeOperations;

  /** @param parts that hold the operations and the events. */
  constructor(parts: object) {
    super(parts);
    const { operations } = parts as { operations: FakeOperations };
    this.#operations = operations;
  }

  /** Changes thresholds by which scores become decisions. @throws {InvalidOptionsError} where one is unknown or outside [0, 1]. */
  setPolicy(patch: Patch<DecisionPolicy>): void {
    this.#operations.setPolicy(parsePolicyPatch(patch));
  }

  /**
   * Has a canary take its next step, as once its time is over and no guard objects; the last step promotes it. A fake's canaries do nothing by
   * themselves.
   *
   * @throws {UnknownVersionError} where no canary has this version.
   */
  advanceCanary(version: string): this {
    this.#operations.advanceCanary(version);
    return this;
  }

  /** Ends a canary, as a guard does. @throws {UnknownVersionError} where no canary has this version. */
  abortCanary(version: string, breach: FakeBreach = {}): this {
    const { guard = 'maxErrorRate', seen = 0.5, allowed = 0.01, reason = 'the test says so' } = breach;
    this.#operations.abortCanary(version, { guard, seen, allowed, reason });
    return this;
  }
}
