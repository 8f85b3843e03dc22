/** What the scorer is injected by. An explicit token, so that no type metadata is needed of the compiler. */
export const SCORER = Symbol('FraudScorer');
