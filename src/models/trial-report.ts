import { ModelInvalidError } from '../errors.js';
import type { TrialReport } from '../protocol/serving.js';

/**
 * Refuses a model by its trial run.
 *
 * @param trial undefined where none was made.
 * @throws {ModelInvalidError} with everything that is wrong.
 */
export function refuseByTrial(trial: TrialReport | undefined, modelPath: string): void {
  if (trial === undefined || trial.issues.length === 0) return;
  throw new ModelInvalidError(`${modelPath}: invented rows show that this model must not be served`, trial.issues);
}
