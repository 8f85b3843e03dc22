import type { DeploymentSummary } from '../../../api/deployment.js';
import type { ModelDescription } from '../../../api/model-description.js';
import type { Scorer } from '../../../api/scorer.js';
import { InvalidOptionsError } from '../../../errors.js';
import { contained } from '../../../host/faults.js';
import { describeValue } from '../../../validation/issues.js';
import { type PackedLayout, packedLayoutOf } from '../wire/layout.js';

/** What `serveScoring` serves: a `FraudScorer`, or anything with the methods of `Scorer`. */
export interface ServedScorer extends Pick<Scorer, 'score' | 'health'> {
  /** With it, features may come as packed float32 rows. */
  describeModel?(version?: string): ModelDescription;
  /** The live versions. */
  deployments?(): DeploymentSummary[];
  /** Tells that the live versions have changed. */
  on?(event: 'deployment', listener: () => void): unknown;
  /** Removes such a listener. */
  off?(event: 'deployment', listener: () => void): unknown;
}

/** @throws {InvalidOptionsError} if it is not a scorer. */
export function requireServedScorer(scorer: unknown): asserts scorer is ServedScorer {
  if (typeof scorer === 'object' && scorer !== null) {
    if (typeof Reflect.get(scorer, 'score') === 'function' && typeof Reflect.get(scorer, 'health') === 'function')
      return;
  }
  const expected = 'a scorer with the methods score and health';
  throw new InvalidOptionsError([{ path: 'scorer', expected, received: describeValue(scorer) }]);
}

/** The layout that all live versions share; null if they share none, or have inputs that are not float32. */
export class LiveLayout {
  readonly #scorer: ServedScorer;
  #layout: PackedLayout | null | undefined;
  readonly #forget = (): void => {
    this.#layout = undefined;
  };

  constructor(scorer: ServedScorer) {
    this.#scorer = scorer;
    scorer.on?.('deployment', this.#forget);
  }

  get current(): PackedLayout | null {
    if (this.#layout === undefined) this.#layout = this.#read();
    return this.#layout;
  }

  dispose(): void {
    contained(
      () => void this.#scorer.off?.('deployment', this.#forget),
      () => {},
    );
  }

  /** A scorer of the host's own may throw, or describe nothing that can be packed. */
  #read(): PackedLayout | null {
    try {
      return layoutOfLive(this.#scorer);
    } catch {
      return null;
    }
  }
}

function layoutOfLive(scorer: ServedScorer): PackedLayout | null {
  // Without the events, a layout that has changed would not be noticed.
  if (scorer.describeModel === undefined || scorer.on === undefined) return null;
  const live = scorer.deployments?.().filter(({ role }) => role !== 'retired') ?? [];
  const descriptions = [scorer.describeModel()];
  for (const { version } of live) {
    try {
      descriptions.push(scorer.describeModel(version));
    } catch {
      // It has ended meanwhile.
    }
  }
  const texts = descriptions.map(({ inputs }) =>
    JSON.stringify(inputs.map(({ name, type, size }) => [name, type, size])),
  );
  const inputs = descriptions[0]?.inputs ?? [];
  const isShared = texts.every((text) => text === texts[0]) && inputs.every(({ type }) => type === 'float32');
  return isShared ? packedLayoutOf(inputs) : null;
}
