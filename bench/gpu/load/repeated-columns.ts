import type { FeatureColumns } from 'fraud-scorer';

/** The same rows again and again until there are so many: one block of real ones is enough for a bench, and quick to make. */
export function repeatedColumns(
  block: Readonly<Record<string, Float32Array>>,
  rows: number,
  inAll: number,
): FeatureColumns {
  return Object.fromEntries(
    Object.entries(block).map(([name, values]) => {
      const size = values.length / rows;
      const all = new Float32Array(inAll * size);
      for (let at = 0; at < all.length; at += values.length) all.set(values.subarray(0, all.length - at), at);
      return [name, all];
    }),
  );
}
