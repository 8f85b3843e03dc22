import { FraudScorerErrorBase } from './base.js';

/** The sha256 of the model file differs from the manifest's: the file is damaged, or is another one. */
export class ModelIntegrityError extends FraudScorerErrorBase {
  static readonly code = 'ERR_MODEL_INTEGRITY';
  override readonly name = 'ModelIntegrityError';
  readonly code = 'ERR_MODEL_INTEGRITY';
}

/** None of the execution providers in `providers` works here. The message says why for each, and `npx fraud-scorer doctor` what helps. */
export class ProviderUnavailableError extends FraudScorerErrorBase {
  static readonly code = 'ERR_PROVIDER_UNAVAILABLE';
  override readonly name = 'ProviderUnavailableError';
  readonly code = 'ERR_PROVIDER_UNAVAILABLE';
}

/** The machine or the container has no more of something this package needs: memory, file descriptors, threads or disk space. */
export class OutOfResourcesError extends FraudScorerErrorBase {
  static readonly code = 'ERR_OUT_OF_RESOURCES';
  override readonly name = 'OutOfResourcesError';
  readonly code = 'ERR_OUT_OF_RESOURCES';
}

/** The workers were not ready within `startTimeoutMs`. */
export class StartTimeoutError extends FraudScorerErrorBase {
  static readonly code = 'ERR_START_TIMEOUT';
  override readonly name = 'StartTimeoutError';
  readonly code = 'ERR_START_TIMEOUT';
}
