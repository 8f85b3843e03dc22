interface TextInput {
  size: number;
  categories?: readonly (readonly string[] | undefined)[];
  unknownCategory?: number | string;
  missing?: readonly (number | string | undefined)[];
}

/**
 * The texts of each feature of a string input. A row's values are indices into them. They are the categories, then the replacements for an
 * unknown or missing text if these are not categories.
 */
export function textsOf({ size, categories, unknownCategory, missing }: TextInput): string[][] {
  return Array.from({ length: size }, (_, column) => {
    const further = [unknownCategory, missing?.[column]].filter((text) => typeof text === 'string');
    return [...new Set([...(categories?.[column] ?? []), ...further])];
  });
}
