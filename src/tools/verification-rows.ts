import { InvalidRequestError } from '../errors.js';
import type { ManifestInput } from '../models/manifest.js';
import { isFloatType } from '../protocol/input-values.js';
import { type InputLayout, placeOf, type RowViews, rowLayoutOf, rowViewsOf } from '../protocol/row-layout.js';
import { addChange } from '../requests/feature-issues.js';
import { FeatureReader } from '../requests/feature-reader.js';
import { IssueList } from '../validation/issues.js';
import { seededUniform } from './seeded-uniform.js';

/**
 * Rows of raw features as one array, checked as requests are.
 *
 * @throws {InvalidRequestError} where a row is not as the manifest says; nothing of it is quoted.
 */
export function givenRows(inputs: readonly ManifestInput[], rows: readonly object[]): Float32Array {
  const layout = rowLayoutOf(inputs);
  const values = new Float32Array(rows.length * layout.size);
  const reader = new FeatureReader(inputs, layout, values.buffer);
  for (const [index, features] of rows.entries()) {
    if (reader.write(features, index * layout.size)) continue;
    const issues = new IssueList();
    reader.listIssues(features, issues);
    if (issues.total === 0) addChange('features', issues);
    const listed = issues.listed.map((issue) => ({ ...issue, path: `rows[${index}].${issue.path}` }));
    throw new InvalidRequestError(listed, issues.total);
  }
  return values;
}

/**
 * Rows that a model may meet: each feature normal about its training mean with twice its deviation (0 and 2 where the
 * manifest has none), so that the ends of the range are tried too; one of its categories where it has such; and 0 or 1 where it is an
 * integer, because many of these are places in a table. The same every time.
 *
 * @param spread gives a factor for the values of features whose size is not known, by the row.
 */
export function generatedRows(
  inputs: readonly ManifestInput[],
  count: number,
  spread: (row: number) => number = () => 1,
): Float32Array {
  const layout = rowLayoutOf(inputs);
  const random = seededNormal(20_260_401);
  const values = new Float32Array(count * layout.size);
  const write = valueWriter(values);
  for (let row = 0; row < count; row += 1) {
    for (const [index, { size, mean, std, type = 'float32', categories }] of inputs.entries()) {
      const place = layout.inputs[index];
      if (place === undefined) continue;
      const largest = type === 'float16' ? largestHalf : largestFloat;
      for (let column = 0; column < size; column += 1) {
        const drawn = random();
        const texts = categories?.[column];
        let value = (mean?.[column] ?? 0) + 2 * (std?.[column] ?? 1) * drawn;
        if (mean === undefined) value *= spread(row);
        if (texts !== undefined) value = Math.floor(Math.abs(drawn) * 1_000) % texts.length;
        else if (!isFloatType(type)) value = drawn > 0 ? 1 : 0;
        // What a request may hold; beyond that float32 is infinite.
        write(place, row * layout.size + place.offset, column, Math.min(Math.max(value, -largest), largest));
      }
    }
  }
  return values;
}

/** Writes a value of any type. @param word where the input's values begin. */
function valueWriter(values: Float32Array): (input: InputLayout, word: number, column: number, value: number) => void {
  let views: RowViews | null = null;
  return (input, word, column, value) => {
    const at = placeOf(input, word) + column;
    if (input.type === 'float32' || input.type === 'float16') {
      values[at] = value;
      return;
    }
    views ??= rowViewsOf(values.buffer);
    if (input.type === 'float64') views.float64[at] = value;
    else if (input.type === 'int64') views.int64[at] = BigInt(value);
    else if (input.type === 'bool') views.uint8[at] = value;
    else views.int32[at] = value;
  };
}

const largestFloat = 3.4028234663852886e38;
const largestHalf = 65_504;

/** The rows of a trial, and the most values that they may have together: a start is not to wait for them. */
const maxTrialRows = 256;
const minTrialRows = 4;
const maxTrialValues = 2 ** 20;

/**
 * Rows to try a model with before it serves: generated ones. Inputs without means and deviations have features of an unknown size, as
 * amounts are, and are ten times as large in every second row.
 */
export function trialRowsFor(inputs: readonly ManifestInput[]): Float32Array {
  const fitting = Math.floor(maxTrialValues / rowLayoutOf(inputs).features);
  const count = Math.min(Math.max(fitting, minTrialRows), maxTrialRows);
  return generatedRows(inputs, count, (row) => (row % 2 === 1 ? 10 : 1));
}

/** Standard normal numbers (Box and Muller, 1958). */
function seededNormal(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
