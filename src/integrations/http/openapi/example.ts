import type { FeatureDescription, InputDescription, ModelDescription } from '../../../api/model-description.js';

/** A request that the model takes: each input by its features' names where it has them. */
export function exampleRequest({ inputs }: ModelDescription): object {
  return { id: 'tx-1', features: Object.fromEntries(inputs.map((input) => [input.name, exampleInput(input)])) };
}

function exampleInput({ features, type }: InputDescription): unknown {
  const names = new Set(features.map(({ name }) => name));
  if (names.has(null) || names.size < features.length) return features.map((feature) => exampleValue(feature, type));
  return Object.fromEntries(features.map((feature) => [feature.name, exampleValue(feature, type)]));
}

function exampleValue({ categories }: FeatureDescription, type: InputDescription['type']): unknown {
  return categories?.[0] ?? (type === 'bool' ? false : 0);
}
