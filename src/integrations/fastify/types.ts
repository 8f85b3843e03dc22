import type { ScoringRoutesOptions } from '../http/options.js';
import type { HttpScorer } from '../http/types.js';

/** Options of `app.register(fraud, options)`, beside those that Fastify itself looks at, such as `logLevel`. */
export interface FraudPluginOptions extends ScoringRoutesOptions {
  /** The scorer whose routes they are. */
  scorer: HttpScorer & { close?(): Promise<unknown> };
  /** Closes the scorer when the app has closed. @default false */
  closeScorer?: boolean | undefined;
}
