import { hasClasses, scoreFormOf } from './output-forms.js';
import type { ModelSpec } from './serving.js';

// Which numbers of the graph decision records keep beside the scores.

/** Wider outputs are not kept. */
export const maxRawWidth = 64;

type ScoreSpec = Pick<ModelSpec, 'outputs' | 'calibration'>;

/**
 * How many numbers of the graph are kept for each row. 0 if the scores are what the graph gives: a probability, or one of two.
 *
 * @param columns of the graph's score output.
 */
export function rawWidthOf({ outputs, calibration }: ScoreSpec, columns: number): number {
  const form = scoreFormOf(outputs);
  const isProbability = form === 'probability' || (form === 'probabilities' && columns === 2);
  if (isProbability && calibration === undefined) return 0;
  return columns > maxRawWidth ? 0 : columns;
}

/** The most that `rawWidthOf` can be, as far as the manifest tells: the number of columns may be known once the graph has run. */
export function rawRoomOf(spec: ScoreSpec): number {
  const { classes, fraudClass } = spec.outputs;
  if (!hasClasses(scoreFormOf(spec.outputs))) return rawWidthOf(spec, 1);
  if (classes !== undefined) return rawWidthOf(spec, classes.length);
  // Without a class of fraud there are two.
  return rawWidthOf(spec, fraudClass === undefined ? 2 : maxRawWidth);
}
