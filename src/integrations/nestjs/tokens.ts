import type { InjectionToken } from '@nestjs/common';
import { FraudScorer } from '../../fraud-scorer.js';

/** What the scorer of `forRoot` is injected by. */
export const rootToken: InjectionToken = FraudScorer;

/** What one scorer of an application consists of. */
export interface ScorerTokens {
  /** The scorer itself. */
  readonly scorer: InjectionToken;
  /** Its options, complete. */
  readonly options: symbol;
  /** Its routes, where there may be any. */
  readonly routes: symbol;
  /** What ends it with the application. */
  readonly lifecycle: symbol;
}

export function tokensOf(scorer: InjectionToken): ScorerTokens {
  const name = nameOf(scorer);
  return {
    scorer,
    options: Symbol(`options of ${name}`),
    routes: Symbol(`routes of ${name}`),
    lifecycle: Symbol(`lifecycle of ${name}`),
  };
}

export function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}
