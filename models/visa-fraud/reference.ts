/**
 * The features of the demonstration model, and the generator of transactions that it was trained on.
 *
 * @module
 */
export {
  FeatureBuilder,
  type FeatureBuilderOptions,
  type ReferenceFeatures,
} from './features/feature-builder.js';
export { FEATURES, type FeatureDescription, type ReferenceInput } from './features/features.js';
export { type NamedFeatures, namedFeatures } from './features/named-features.js';
export { generateTransactions } from './generator/generate-transactions.js';
export type { GeneratorOptions } from './generator/options.js';
export type { Transaction } from './transaction.js';
