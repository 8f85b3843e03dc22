import type { FeatureColumns } from 'fraud-scorer';
import { Random } from '../../../models/visa-fraud/generator/random.js';
import type { ManifestInput } from '../../../src/models/manifest.js';

/** Deviations of the training data: so wide that the ends of the range are tried too. */
const spread = 2;

/**
 * Rows of normally distributed features, each around its mean, an input's values in one array. The same seed gives the same rows. Integers
 * of an int64 input are of all sizes up to 2^62, so that one that loses its last digits on the way is found.
 */
export function randomRows(inputs: readonly ManifestInput[], rows: number, seed: number): FeatureColumns {
  const random = new Random(seed);
  return Object.fromEntries(
    inputs.map(({ name, size, type, mean, std }) => {
      if (type === 'int64') return [name, BigInt64Array.from({ length: rows * size }, () => wideInteger(random))];
      const values = new Float32Array(rows * size);
      for (let index = 0; index < values.length; index += 1) {
        const column = index % size;
        values[index] = random.normal(mean?.[column] ?? 0, spread * (std?.[column] ?? 1));
      }
      return [name, values];
    }),
  );
}

const bits = 31;

function wideInteger(random: Random): bigint {
  const [high, low] = [random.uniform(), random.uniform()].map((part) => BigInt(Math.floor(part * 2 ** bits)));
  return ((high ?? 0n) << BigInt(bits)) | (low ?? 0n);
}
