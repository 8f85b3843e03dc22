/** The name of a feature, by its column in the row. */
export interface FeatureName {
  input: string;
  feature: string;
  description: string | undefined;
}

interface DescribedInput {
  name: string;
  size: number;
  features?: string[];
  descriptions?: string[];
}

/** The features of a row, in order. A feature without a name is named by its position. */
export function featureNames(inputs: readonly DescribedInput[]): FeatureName[] {
  return inputs.flatMap(({ name, size, features, descriptions }) =>
    Array.from({ length: size }, (_, index) => ({
      input: name,
      feature: features?.[index] ?? `${name}[${index}]`,
      description: descriptions?.[index],
    })),
  );
}
