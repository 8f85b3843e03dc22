import type { ManifestInput } from '../deployment/manifest.js';
import { InvalidRequestError } from '../errors.js';
import { IssueList } from '../issues.js';
import { addChange, listFeatureIssues } from '../request/feature-issues.js';
import { rowLayoutOf, writeFeatureRow } from '../request/feature-row.js';
import type { FeatureMap } from '../types.js';
import { seededUniform } from './seeded-uniform.js';

/**
 * Rows of raw features as one array, checked as requests are.
 *
 * @throws {InvalidRequestError} where a row is not as the manifest says; nothing of it is quoted.
 */
export function givenRows(inputs: readonly ManifestInput[], rows: readonly FeatureMap[]): Float32Array {
  const layout = rowLayoutOf(inputs);
  const values = new Float32Array(rows.length * layout.size);
  for (const [index, features] of rows.entries()) {
    if (writeFeatureRow(features, layout, values, index * layout.size)) continue;
    const issues = new IssueList();
    listFeatureIssues(features, layout, issues);
    if (issues.total === 0) addChange('features', issues);
    const listed = issues.listed.map((issue) => ({ ...issue, path: `rows[${index}].${issue.path}` }));
    throw new InvalidRequestError(listed, issues.total);
  }
  return values;
}

/**
 * Rows that a model may meet: each feature normal about its training mean with twice its deviation (0 and 2 where the
 * manifest has none), so that the ends of the range are tried too. The same every time.
 */
export function generatedRows(inputs: readonly ManifestInput[], count: number): Float32Array {
  const random = seededNormal(20_260_401);
  const values: number[] = [];
  for (let row = 0; row < count; row += 1) {
    for (const { size, mean, std } of inputs) {
      for (let column = 0; column < size; column += 1) {
        values.push((mean?.[column] ?? 0) + 2 * (std?.[column] ?? 1) * random());
      }
    }
  }
  return Float32Array.from(values);
}

/** Standard normal numbers (Box and Muller, 1958). */
function seededNormal(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
