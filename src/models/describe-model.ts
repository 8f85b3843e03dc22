import type { FeatureDescription, InputDescription, ModelDescription } from '../api/model-description.js';
import type { UnknownFeatures } from '../api/options.js';
import type { Manifest } from './manifest.js';
import type { ManifestInput } from './manifest-inputs.js';

/** The inputs and features of a model, for a host that describes them to others. */
export function describeModel(
  { name, version, inputs, outputs }: Manifest,
  unknownFeatures: UnknownFeatures,
): ModelDescription {
  return Object.freeze({
    name,
    version,
    inputs: Object.freeze(inputs.map(describeInput)),
    attention: outputs.attention !== undefined,
    unknownFeatures,
  });
}

function describeInput(input: ManifestInput): InputDescription {
  const { name, size, type = 'float32' } = input;
  const features = Array.from({ length: size }, (_, column) => describeFeature(input, column));
  return Object.freeze({ name, type, size, features: Object.freeze(features) });
}

function describeFeature(input: ManifestInput, column: number): FeatureDescription {
  const categories = input.categories?.[column];
  return Object.freeze({
    name: input.features?.[column] ?? null,
    description: input.descriptions?.[column] ?? null,
    optional: input.missing?.[column] !== undefined,
    categories: categories === undefined ? null : Object.freeze([...categories]),
    takesOtherTexts: categories !== undefined && input.unknownCategory !== undefined,
  });
}
