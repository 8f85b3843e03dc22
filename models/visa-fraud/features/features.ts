import { AMOUNT_FEATURES } from './amount-features.js';
import type { Feature } from './feature.js';
import { MERCHANT_FEATURES } from './merchant-features.js';
import { OCCASION_FEATURES } from './occasion-features.js';
import { USER_FEATURES } from './user-features.js';

/** The names of the reference model's inputs. */
export type ReferenceInput = 'transaction_features' | 'user_features' | 'merchant_features';

/** The model's inputs, by name, and the features of each in the order of its columns: 50, 30 and 20. */
export const FEATURE_LISTS = {
  transaction_features: [...AMOUNT_FEATURES, ...OCCASION_FEATURES],
  user_features: USER_FEATURES,
  merchant_features: MERCHANT_FEATURES,
} as const satisfies Record<ReferenceInput, readonly Feature[]>;

/** A feature of the demonstration model. */
export interface FeatureDescription {
  readonly name: string;
  /** What the feature says, in words for a fraud analyst. */
  readonly description: string;
}

/** Name and description of each column of each input. */
export const FEATURES: Readonly<Record<ReferenceInput, readonly FeatureDescription[]>> = {
  transaction_features: FEATURE_LISTS.transaction_features.map(describe),
  user_features: FEATURE_LISTS.user_features.map(describe),
  merchant_features: FEATURE_LISTS.merchant_features.map(describe),
};

function describe({ name, description }: Feature): FeatureDescription {
  return { name, description };
}
