import { ModelInvalidError } from '../errors.js';
import type { TrialReport } from '../protocol/serving.js';

/**
 * Refuses a model if its trial run shows problems.
 *
 * @param trial undefined if there was none.
 * @throws {ModelInvalidError} with every problem.
 */
export function refuseByTrial(trial: TrialReport | undefined, modelPath: string): void {
  if (trial === undefined || trial.issues.length === 0) return;
  throw new ModelInvalidError(`${modelPath}: invented rows show that this model must not be served`, trial.issues);
}
