import type { ErrorCode } from '../errors.js';
import { FraudScorerError, ModelInvalidError } from '../errors.js';
import { isError } from '../host/thrown.js';
import type { Manifest } from '../models/manifest.js';
import { pathOfLocation } from '../models/model-location.js';
import { asScorerError } from './answer.js';
import { isErrorCode } from './errors-by-code.js';
import { manifestOf, type TestModel } from './test-model.js';

/** What is at the path that a host gives `deploy`: a model, or how it fails, as an error or the code of one. */
export type TestModels = Readonly<Record<string, TestModel | ErrorCode | Error>>;

/** @returns the manifest of the model that `deploy` is given. @throws {FraudScorerError} where there is none, or the test says so. */
export function modelAt(path: string, models: TestModels): Manifest {
  const key = Object.keys(models).find((location) => pathOfLocation(location) === path);
  const model = key === undefined ? undefined : models[key];
  if (model === undefined) return manifestOf(path);
  if (isErrorCode(model) || isError(model)) throw asStartError(model);
  return manifestOf(model as TestModel);
}

/** What `deploy` rejects with is always an error of this package. */
function asStartError(error: ErrorCode | Error): FraudScorerError {
  if (isErrorCode(error) || error instanceof FraudScorerError) return asScorerError(error);
  return new ModelInvalidError(`The scripted deployment failed: ${error.message}`, [], { cause: error });
}
