interface TextInput {
  size: number;
  categories?: readonly (readonly string[] | undefined)[];
  unknownCategory?: number | string;
  missing?: readonly (number | string | undefined)[];
}

/**
 * The texts of each feature of a string input, which a row's values are places in: its categories, then what stands for an unknown or a
 * missing text, where these are no categories.
 */
export function textsOf({ size, categories, unknownCategory, missing }: TextInput): string[][] {
  return Array.from({ length: size }, (_, column) => {
    const further = [unknownCategory, missing?.[column]].filter((text) => typeof text === 'string');
    return [...new Set([...(categories?.[column] ?? []), ...further])];
  });
}
