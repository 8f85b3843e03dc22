/**
 * The values of one input, in the manifest's order, as an array or typed array of numbers. A typed array may lie in any kind of memory.
 * Every value must be finite after rounding to float32. Bigint arrays are not accepted.
 */
export type FeatureValues = readonly number[] | (ArrayBufferView & ArrayLike<number> & Iterable<number>);

/** The model's inputs by name, each as an array of its values. */
export type FeatureMap = Readonly<Record<string, FeatureValues>>;

/**
 * The value of one feature. A boolean counts as 1 or 0. A bigint is for an int64 input. A text is for a string input, or for a feature
 * whose categories the manifest lists. null, undefined and NaN mean a missing value. It is refused unless the manifest says what replaces
 * it.
 */
export type FeatureValue = number | bigint | boolean | string | null | undefined;

/** The values of one input, in the manifest's order, of any type. */
export type FeatureArray = FeatureValues | readonly FeatureValue[] | BigInt64Array | BigUint64Array;

/**
 * The features of one input by name. An interface fits too, though it has no index signature. A function does not fit, so that the methods
 * of a Map are not taken for features.
 */
export type NamedFeatures<Fields> = Fields extends (...args: never) => unknown
  ? never
  : object & { readonly [Name in keyof Fields as Name]: FeatureValue };

/**
 * The constraint on your own type of features: each field has the values of an input (as an array or by name), or the value of one feature.
 * It exists because an interface has no index signature and so does not fit `FeatureMap`.
 */
export type FeatureMapOf<Features> = object & {
  // The clause `as` stops TypeScript from taking the elements of an array for inputs.
  readonly [Name in keyof Features as Name]: FeatureArray | FeatureValue | NamedFeatures<Features[Name]>;
};

/** The constraint on your own type of columns: each field has the values of one input for all rows. */
export type ColumnMapOf<Columns> = object & {
  readonly [Name in keyof Columns as Name]: FeatureArray | undefined;
};

/**
 * One transaction to score. `Features` is your own type of the features, if you have one. Other fields are ignored: pass options such as
 * `timeoutMs` as the second argument of `score`.
 */
export interface ScoreRequest<Features extends FeatureMapOf<Features> = FeatureMap> {
  /** Your own id of the transaction, not empty. It is returned in the result, and `recordOutcome` uses it to match a later label. */
  id?: string | undefined;
  /**
   * The amount of the transaction. Use one currency for all requests. It is used for the sums of money by decision and label, and your own
   * functions can read it. The model does not see it.
   */
  amount?: number | undefined;
  /**
   * The model's inputs by name. Each is an array with exactly as many values as the manifest says, or an object of its features by name.
   * You may also give the features by name without their inputs, if each name is unique among all inputs and features.
   */
  features: Features;
}

/** A request with features of your own type, or with arrays by input. */
export type RequestOf<Features extends FeatureMapOf<Features>> = ScoreRequest<Features> | ScoreRequest;

/** Features in any form, for lists whose requests differ in form. */
export type AnyFeatures = Readonly<
  Record<string, FeatureArray | FeatureValue | Readonly<Record<string, FeatureValue>>>
>;

/**
 * The request type of a scorer that was created for certain features. It allows only those features, so that a misspelt name does not
 * compile.
 */
export type RequestFor<Known, Features extends FeatureMapOf<Features>> = unknown extends Known
  ? RequestOf<Features> | ScoreRequest<AnyFeatures>
  : Known extends FeatureMapOf<Known>
    ? ScoreRequest<Known>
    : never;

/** The request type that your own functions get: with the features that the scorer was created for, else with arrays by input. */
export type RequestSeen<Known> = unknown extends Known
  ? ScoreRequest
  : Known extends FeatureMapOf<Known>
    ? ScoreRequest<Known>
    : never;

/** The requests of `scoreMany`: an array or another iterable, or a stream. */
export type ManyRequests<Features extends FeatureMapOf<Features> = FeatureMap> =
  | Iterable<RequestOf<Features>>
  | AsyncIterable<RequestOf<Features>>;

/** The requests of `scoreMany`, for a scorer that was created for certain features. */
export type ManyRequestsFor<Known, Features extends FeatureMapOf<Features>> =
  | Iterable<RequestFor<Known, Features>>
  | AsyncIterable<RequestFor<Known, Features>>;

/**
 * The argument of `scoreColumns`: the model's inputs by name, each with the values of all rows, row after row. Shape: [rows, size of the
 * input].
 */
export type FeatureColumns = FeatureMap;

/** Options of one request. */
export interface ScoreOptions {
  /** Milliseconds after which this request is rejected with `ERR_DEADLINE_EXCEEDED`; above 0. @default the scorer's `timeoutMs` */
  timeoutMs?: number | undefined;
  /** When it is aborted, this request is rejected with `ERR_ABORTED`. */
  signal?: AbortSignal | undefined;
  /**
   * An integer from −10 to 10. The queue treats the request as if it had come 10 ms earlier per step. So it overtakes requests that came
   * shortly before, but no request waits for ever. @default 0
   */
  priority?: number | undefined;
  /** Whether to give reasons: always, for REVIEW and BLOCK, for BLOCK only, or never. @default the scorer's `explain` */
  explain?: Explain | undefined;
  /**
   * Selects the version if several share the traffic, for example a customer id. The same key always goes to the same version while the
   * shares stay the same. @default the request's `id`; without an id, a version is drawn at random
   */
  routingKey?: string | undefined;
}

/** Which answers get reasons: all (true), REVIEW and BLOCK ('review'), BLOCK only ('block'), or none (false). */
export type Explain = boolean | 'review' | 'block';

/** Options of one call of `scoreColumns`. */
export interface ColumnsOptions {
  /** The live version that scores. @default the primary at the time of the call */
  version?: string | undefined;
  /** Milliseconds after which the call is rejected with `ERR_DEADLINE_EXCEEDED`; above 0. @default Infinity */
  timeoutMs?: number | undefined;
  /** When it is aborted, the call is rejected with `ERR_ABORTED`. */
  signal?: AbortSignal | undefined;
}
