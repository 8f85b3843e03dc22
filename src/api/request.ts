/**
 * The values of one input, in the manifest's order: finite numbers after rounding to float32. An array of numbers, or a typed array of
 * them over any memory. Bigint arrays are not taken.
 */
export type FeatureValues = readonly number[] | (ArrayBufferView & ArrayLike<number> & Iterable<number>);

/** The model's inputs by name. */
export type FeatureMap = Readonly<Record<string, FeatureValues>>;

/**
 * One feature's value: a number; a boolean as 1 or 0; a bigint for an int64 input; a text for a string input, or where the manifest lists
 * the feature's categories. null, undefined and NaN are a missing value, which is refused unless the manifest says what it is.
 */
export type FeatureValue = number | bigint | boolean | string | null | undefined;

/** The values of one input, in the manifest's order, of any type. */
export type FeatureArray = FeatureValues | readonly FeatureValue[] | BigInt64Array | BigUint64Array;

/** The features of one input by name. Of an interface too, which has no index signature. Not a function, as methods of a Map are. */
export type NamedFeatures<Fields> = Fields extends (...args: never) => unknown
  ? never
  : object & { readonly [Name in keyof Fields as Name]: FeatureValue };

/**
 * What an interface or a type of features must be: every field holds the values of an input, as an array or by name, or the value of one
 * feature. An interface has no index signature, so that it would not be taken for a `FeatureMap`.
 */
export type FeatureMapOf<Features> = object & {
  // With `as`, arrays and their elements are not mistaken for inputs.
  readonly [Name in keyof Features as Name]: FeatureArray | FeatureValue | NamedFeatures<Features[Name]>;
};

/** What an interface or a type of columns must be: every field holds the values of an input for all rows. */
export type ColumnMapOf<Columns> = object & {
  readonly [Name in keyof Columns as Name]: FeatureArray | undefined;
};

/**
 * One transaction to score. `Features` is the type of the features, for hosts that have one. Further fields are not looked at: options such as
 * `timeoutMs` are the second argument of `score`.
 */
export interface ScoreRequest<Features extends FeatureMapOf<Features> = FeatureMap> {
  /** The host's own id: given back in the result, and what `recordOutcome` matches a later label by. Not empty. */
  id?: string | undefined;
  /**
   * The transaction's amount, in the host's currency, one for all requests: for the sums of money by decision and label, and for the host's own
   * functions. The model does not see it.
   */
  amount?: number | undefined;
  /**
   * The model's inputs by name, each as an array of exactly as many values as the manifest says, or as an object of its features by name;
   * or the features by name where their names are those of no input and no other feature.
   */
  features: Features;
}

/** A request with features of a type of the host's own, or with arrays by input. */
export type RequestOf<Features extends FeatureMapOf<Features>> = ScoreRequest<Features> | ScoreRequest;

/** Features in any form, for lists of requests that differ. */
export type AnyFeatures = Readonly<
  Record<string, FeatureArray | FeatureValue | Readonly<Record<string, FeatureValue>>>
>;

/** What a scorer takes that was created for certain features: those alone, so that a misspelt name does not compile. */
export type RequestFor<Known, Features extends FeatureMapOf<Features>> = unknown extends Known
  ? RequestOf<Features> | ScoreRequest<AnyFeatures>
  : Known extends FeatureMapOf<Known>
    ? ScoreRequest<Known>
    : never;

/** A request as a function of the host's gets it: with the features that its scorer was created for, else with arrays. */
export type RequestSeen<Known> = unknown extends Known
  ? ScoreRequest
  : Known extends FeatureMapOf<Known>
    ? ScoreRequest<Known>
    : never;

/** What `scoreMany` takes: an array or another iterable of requests, or a stream of them. */
export type ManyRequests<Features extends FeatureMapOf<Features> = FeatureMap> =
  | Iterable<RequestOf<Features>>
  | AsyncIterable<RequestOf<Features>>;

/** The same of `scoreMany`. */
export type ManyRequestsFor<Known, Features extends FeatureMapOf<Features>> =
  | Iterable<RequestFor<Known, Features>>
  | AsyncIterable<RequestFor<Known, Features>>;

/** What `scoreColumns` takes: the model's inputs by name, each with the values of all rows, row after row: [rows, the input's size]. */
export type FeatureColumns = FeatureMap;

/** Options of one request. */
export interface ScoreOptions {
  /** Milliseconds until this request is given up with `ERR_DEADLINE_EXCEEDED`; above 0. @default the scorer's `timeoutMs` */
  timeoutMs?: number | undefined;
  /** Gives this request up with `ERR_ABORTED` when it is aborted. */
  signal?: AbortSignal | undefined;
  /**
   * An integer from −10 to 10: each step counts as having come 10 ms earlier, so that it goes before those that came a little sooner,
   * and keeps nobody waiting for ever. @default 0
   */
  priority?: number | undefined;
  /** Whether to give reasons: always, or where it is reviewed or blocked, or blocked. @default the scorer's `explain` */
  explain?: Explain | undefined;
  /**
   * Whose traffic it is (a customer, say), where versions share it: the same key is always answered by the same version while shares stay.
   * @default the request's `id`; without one, a version is drawn at random
   */
  routingKey?: string | undefined;
}

/** Which answers get reasons: all (true), REVIEW and BLOCK, BLOCK alone, or none (false). */
export type Explain = boolean | 'review' | 'block';

/** Options of one call of `scoreColumns`. */
export interface ColumnsOptions {
  /** The version that scores, of those that are live. @default the primary at the time of the call */
  version?: string | undefined;
  /** Milliseconds until the call is given up with `ERR_DEADLINE_EXCEEDED`; above 0. @default Infinity */
  timeoutMs?: number | undefined;
  /** Gives the call up with `ERR_ABORTED` when it is aborted. */
  signal?: AbortSignal | undefined;
}
