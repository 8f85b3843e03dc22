/**
 * The values of one input, in the manifest's order: finite numbers after rounding to float32. An array of numbers, or a typed array of
 * them over any memory. Bigint arrays are not taken.
 */
export type FeatureValues = readonly number[] | (ArrayBufferView & ArrayLike<number> & Iterable<number>);

/** The model's inputs by name. */
export type FeatureMap = Readonly<Record<string, FeatureValues>>;

/**
 * What an interface or a type of features must be: every field holds values. An interface has no index signature, so that it would not
 * be taken for a `FeatureMap`.
 */
export type FeatureMapOf<Features> = object & {
  // With `as`, arrays and their elements are not mistaken for inputs.
  readonly [Name in keyof Features as Name]: FeatureValues;
};

/**
 * One transaction to score. `Features` is the type of the features, for hosts that have one. Further fields are not looked at: options such as
 * `timeoutMs` are the second argument of `score`.
 */
export interface ScoreRequest<Features extends FeatureMapOf<Features> = FeatureMap> {
  /** The host's own id: given back in the result, and what `recordOutcome` matches a later label by. Not empty. */
  id?: string | undefined;
  /** The transaction's amount, in the host's currency: for the host's own fallback function. The model does not see it. */
  amount?: number | undefined;
  /** The model's inputs by name, each with exactly as many values as the manifest says. */
  features: Features;
}

export type RequestOf<Features extends FeatureMapOf<Features>> = ScoreRequest<Features> | ScoreRequest;

/** What `scoreMany` takes: an array or another iterable of requests, or a stream of them. */
export type ManyRequests<Features extends FeatureMapOf<Features> = FeatureMap> =
  | Iterable<RequestOf<Features>>
  | AsyncIterable<RequestOf<Features>>;

/** What `scoreColumns` takes: the model's inputs by name, each with the values of all rows, row after row: [rows, the input's size]. */
export type FeatureColumns = FeatureMap;
