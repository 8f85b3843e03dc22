import type { ModelIdentity } from './result.js';

/** What a version takes, from its manifest: what a host needs to describe its requests to others. */
export interface ModelDescription extends ModelIdentity {
  /** In the manifest's order. */
  readonly inputs: readonly InputDescription[];
  /** Whether the model gives attention weights. */
  readonly attention: boolean;
  /** What becomes of a name that no version knows. */
  readonly unknownFeatures: 'refuse' | 'ignore';
}

/** One input of a model. */
export interface InputDescription {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';
  /** Values a row. */
  readonly size: number;
  /** One for each value. */
  readonly features: readonly FeatureDescription[];
}

/** One feature of an input. */
export interface FeatureDescription {
  /** null where the manifest gives it none: it can be given by its place in an array alone. */
  readonly name: string | null;
  /** What it is, for people; null where the manifest does not say. */
  readonly description: string | null;
  /** Whether it may be missing: absent or null. */
  readonly optional: boolean;
  /** The texts that it takes; null where it takes none. */
  readonly categories: readonly string[] | null;
  /** Whether a text that is not among the categories is taken. */
  readonly takesOtherTexts: boolean;
}
