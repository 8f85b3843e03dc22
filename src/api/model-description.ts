import type { ModelIdentity } from './result.js';

/** The inputs and features of a version, from its manifest. Use it to describe your requests to others, such as in OpenAPI. */
export interface ModelDescription extends ModelIdentity {
  /** In the manifest's order. */
  readonly inputs: readonly InputDescription[];
  /** Whether the model gives attention weights. */
  readonly attention: boolean;
  /** Whether a feature name that no version knows is refused or ignored. */
  readonly unknownFeatures: 'refuse' | 'ignore';
}

/** One input of a model. */
export interface InputDescription {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';
  /** Values per row. */
  readonly size: number;
  /** One feature for each value, in order. */
  readonly features: readonly FeatureDescription[];
}

/** One feature of an input. */
export interface FeatureDescription {
  /** null if the manifest gives no name. Such a feature can only be given by its position in an array. */
  readonly name: string | null;
  /** A description for people; null if the manifest has none. */
  readonly description: string | null;
  /** Whether the value may be missing (absent or null). */
  readonly optional: boolean;
  /** The texts that the feature accepts; null if it accepts none. */
  readonly categories: readonly string[] | null;
  /** Whether the feature accepts a text that is not one of its categories. */
  readonly takesOtherTexts: boolean;
}
