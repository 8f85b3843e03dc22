import type { ScoringRoutesOptions } from '../http/options.js';
import type { HttpScorer } from '../http/types.js';

/** Options of `app.register(fraud, options)`, beside those that Fastify itself looks at, such as `logLevel`. */
export interface FraudPluginOptions extends Omit<ScoringRoutesOptions, 'prefix'> {
  /** The scorer whose routes they are. */
  scorer: HttpScorer & {
    /** Ends the scorer, where `closeScorer` asks for it. */
    close?(): Promise<unknown>;
  };
  /** The path before every route, such as `/fraud`, below the prefixes of outer scopes. @default none */
  prefix?: string;
  /** Closes the scorer when the app has closed. @default false */
  closeScorer?: boolean | undefined;
}
