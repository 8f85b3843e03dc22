import { FraudScorerErrorBase } from './base.js';

/** The sha256 of the model file differs from the manifest's. The file is damaged, or it is another file. */
export class ModelIntegrityError extends FraudScorerErrorBase {
  static readonly code = 'ERR_MODEL_INTEGRITY';
  override readonly name = 'ModelIntegrityError';
  readonly code = 'ERR_MODEL_INTEGRITY';
}

/**
 * None of the execution providers in `providers` works here. The message gives the reason for each. `npx fraud-scorer doctor` says what
 * helps.
 */
export class ProviderUnavailableError extends FraudScorerErrorBase {
  static readonly code = 'ERR_PROVIDER_UNAVAILABLE';
  override readonly name = 'ProviderUnavailableError';
  readonly code = 'ERR_PROVIDER_UNAVAILABLE';
}

/** The machine or container has run out of something that this package needs: memory, file descriptors, threads or disk space. */
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
