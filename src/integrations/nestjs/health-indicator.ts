import { Inject, Injectable } from '@nestjs/common';
import type { Health } from '../../api/health.js';
import { FraudScorer } from '../../fraud-scorer.js';

/** What `isHealthy` returns: it fits the `HealthIndicatorResult` of `@nestjs/terminus`. */
export type FraudScorerHealthResult<Key extends string = string> = Record<
  Key,
  { status: 'up' | 'down' } & Pick<Health, 'provider' | 'workers' | 'queueDepth' | 'reasons'>
>;

/**
 * Says whether the scorer takes requests, in the form of `@nestjs/terminus` 11 and later, which this package does not need.
 *
 * @example
 * \@Get('health')
 * \@HealthCheck()
 * check() {
 *   return this.health.check([() => this.fraud.isHealthy('fraud')]);
 * }
 */
export class FraudScorerHealthIndicator {
  readonly #scorer: { health(): Health };

  /** @param scorer the root's: NestJS injects it. */
  constructor(scorer: { health(): Health }) {
    this.#scorer = scorer;
  }

  /**
   * @param key what the indicator is called in the answer. @param scorer another than the root's.
   * @returns `down` while the scorer takes no requests: it is closed, or all of its workers are lost.
   */
  isHealthy<Key extends string>(key: Key, scorer: { health(): Health } = this.#scorer): FraudScorerHealthResult<Key> {
    const { ready, provider, workers, queueDepth, reasons } = scorer.health();
    const state: FraudScorerHealthResult[string] = {
      status: ready ? 'up' : 'down',
      provider,
      workers,
      queueDepth,
      reasons,
    };
    return Object.fromEntries([[key, state]]) as FraudScorerHealthResult<Key>;
  }
}

Inject(FraudScorer)(FraudScorerHealthIndicator, undefined, 0);
Injectable()(FraudScorerHealthIndicator);
