import { InvalidRequestError } from '../errors.js';
import { nextTurn } from '../host/next-turn.js';
import type { ManifestInput } from '../models/manifest.js';
import { boundedTo, isFloatType } from '../protocol/input-values.js';
import { rowLayoutOf, rowViewsOf } from '../protocol/row-layout.js';
import { addChange } from '../requests/feature-issues.js';
import { FeatureReader } from '../requests/feature-reader.js';
import { type FeatureSlot, featureSlots, placeIn, writeRaw } from '../requests/feature-slots.js';
import { IssueList } from '../validation/issues.js';
import { seededUniform } from './seeded-uniform.js';

/**
 * Rows of raw features as one array, checked like requests.
 *
 * @throws {InvalidRequestError} if a row does not match the manifest. The error quotes nothing of it.
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

/** What generated rows have besides values near their means. */
interface Variety {
  /** A factor for features of unknown scale, by row. @default 1 */
  spread?: (row: number) => number;
  /** The rows in which half of the features that may be missing or of an unknown category are so. @default none */
  hasGaps?: (row: number) => boolean;
}

/**
 * Generates rows that a model may meet. Each feature is normal around its training mean with twice its deviation (0 and 2 if the manifest
 * has none), so that the ends of the range are tried too. A feature with categories gets one of them. An integer gets 0 or 1, because many
 * integers are indices into a table. The rows are the same every time.
 */
export function generatedRows(inputs: readonly ManifestInput[], count: number, variety: Variety = {}): Float32Array {
  const steps = generation(inputs, count, variety);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Values that are generated in one turn of the event loop: well under a millisecond. */
const valuesATurn = 4_096;

/** Yields after each `valuesATurn`, so that other work can be done before the rest. */
function* generation(
  inputs: readonly ManifestInput[],
  count: number,
  { spread = () => 1, hasGaps = () => false }: Variety,
): Generator<void, Float32Array> {
  const layout = rowLayoutOf(inputs);
  const random = seededNormal(20_260_401);
  const values = new Float32Array(count * layout.size);
  const views = rowViewsOf(values.buffer);
  const slots = featureSlots(inputs, layout);
  const described = inputs.flatMap((input) => Array.from({ length: input.size }, () => input));
  let inTurn = 0;
  for (let row = 0; row < count; row += 1) {
    const gaps = hasGaps(row);
    const factor = spread(row);
    for (const [feature, slot] of slots.entries()) {
      const drawn = random();
      const gap = gaps ? gapOf(slot, random) : undefined;
      const value = gap ?? plausibleValue(slot, described[feature], drawn, factor);
      writeRaw(views, slot, placeIn(slot, row * layout.size), value);
    }
    inTurn += slots.length;
    if (inTurn < valuesATurn) continue;
    inTurn = 0;
    yield;
  }
  return values;
}

/** The raw value of a feature that is missing or has an unknown text; undefined if it gets a normal value. */
function gapOf({ missing, unknownText }: FeatureSlot, random: () => number): number | undefined {
  if (missing === undefined && unknownText === undefined) return undefined;
  if (random() < 0) return undefined;
  return random() < 0 ? (missing ?? unknownText) : (unknownText ?? missing);
}

/** @param drawn a standard normal number. */
function plausibleValue(
  { input, column, texts }: FeatureSlot,
  described: ManifestInput | undefined,
  drawn: number,
  factor: number,
): number {
  const { type } = input;
  const { mean, std } = described ?? {};
  if (texts !== null) return Math.floor(Math.abs(drawn) * 1_000) % texts.size;
  if (!isFloatType(type)) return drawn > 0 ? 1 : 0;
  const value = (mean?.[column] ?? 0) + 2 * (std?.[column] ?? 1) * drawn * (mean === undefined ? factor : 1);
  // Limited to what a request may hold. Beyond that it is infinite in the input's type.
  return boundedTo(type, value);
}

/** The most rows of a trial, and the most values in them, so that a start is not delayed. */
const maxTrialRows = 256;
const minTrialRows = 4;
const maxTrialValues = 2 ** 20;

/**
 * Rows to try a model before it serves. Inputs without means and deviations have features of unknown scale (amounts, for example), so their
 * values are ten times as large in every second row. Every sixteenth row, and the last, has missing values and unknown texts, if the
 * manifest accepts them. There are few of them, so that a model that cannot answer them is still judged by the others.
 */
export function trialRowsFor(inputs: readonly ManifestInput[]): Float32Array {
  const key = JSON.stringify(inputs);
  if (key !== lastTrial?.key)
    lastTrial = { key, rows: generatedRows(inputs, trialRowCount(inputs), trialVariety(inputs)) };
  return lastTrial.rows;
}

/** The same rows, with turns of the event loop in between: for a host that answers requests meanwhile. */
export async function trialRowsInTurns(inputs: readonly ManifestInput[]): Promise<Float32Array> {
  const key = JSON.stringify(inputs);
  if (key === lastTrial?.key) return lastTrial.rows;
  const steps = generation(inputs, trialRowCount(inputs), trialVariety(inputs));
  for (;;) {
    await nextTurn();
    const step = steps.next();
    if (step.done !== true) continue;
    lastTrial = { key, rows: step.value };
    return step.value;
  }
}

/** Making them takes some milliseconds, and the next version of a model often has the inputs of the one before. */
let lastTrial: { key: string; rows: Float32Array } | null = null;

function trialRowCount(inputs: readonly ManifestInput[]): number {
  const fitting = Math.floor(maxTrialValues / rowLayoutOf(inputs).features);
  return Math.min(Math.max(fitting, minTrialRows), maxTrialRows);
}

function trialVariety(inputs: readonly ManifestInput[]): Variety {
  const last = trialRowCount(inputs) - 1;
  return {
    spread: (row) => (row % 2 === 1 ? 10 : 1),
    hasGaps: (row) => row % 16 === 15 || row === last,
  };
}

/** Standard normal numbers (Box and Muller, 1958). */
function seededNormal(seed: number): () => number {
  const uniform = seededUniform(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
