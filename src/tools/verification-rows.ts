import type { FeatureMap } from '../api/request.js';
import { InvalidRequestError } from '../errors.js';
import type { ManifestInput } from '../models/manifest.js';
import { addChange, listFeatureIssues } from '../requests/feature-issues.js';
import { writeFeatureRow } from '../requests/read-request.js';
import { rowLayoutOf } from '../requests/row-layout.js';
import { IssueList } from '../validation/issues.js';
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
  const values = new Float32Array(count * rowSizeOf(inputs));
  let next = 0;
  for (let row = 0; row < count; row += 1) {
    for (const { size, mean, std } of inputs) {
      for (let column = 0; column < size; column += 1) {
        const value = (mean?.[column] ?? 0) + 2 * (std?.[column] ?? 1) * random();
        // What a request may hold; beyond that float32 is infinite.
        values[next++] = Math.min(Math.max(value, -largestFloat), largestFloat);
      }
    }
  }
  return values;
}

const largestFloat = 3.4028234663852886e38;

/** The rows of a trial, and the most values that they may have together: a start is not to wait for them. */
const maxTrialRows = 256;
const minTrialRows = 4;
const maxTrialValues = 2 ** 20;

/**
 * Rows to try a model with before it serves: generated ones. Inputs without means and deviations have features of an unknown size, as
 * amounts are, and are ten times as large in every second row.
 */
export function trialRowsFor(inputs: readonly ManifestInput[]): Float32Array {
  const rowSize = rowSizeOf(inputs);
  const fitting = Math.floor(maxTrialValues / rowSize);
  const count = Math.min(Math.max(fitting, minTrialRows), maxTrialRows);
  const rows = generatedRows(inputs, count);
  const isOfUnknownSize = inputs.flatMap(({ size, mean }) => new Array<boolean>(size).fill(mean === undefined));
  for (let row = 1; row < count; row += 2) {
    for (const [column, isUnknown] of isOfUnknownSize.entries()) {
      const at = row * rowSize + column;
      if (isUnknown) rows[at] = 10 * (rows[at] ?? 0);
    }
  }
  return rows;
}

function rowSizeOf(inputs: readonly ManifestInput[]): number {
  return inputs.reduce((sum, { size }) => sum + size, 0);
}

/** Standard normal numbers (Box and Muller, 1958). */
function seededNormal(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
