import { ModelIntegrityError, ModelInvalidError, ProviderUnavailableError } from '../errors.js';
import type { FailedReport } from './protocol.js';

/** Why a worker could not get ready, as a host is told. */
export function startFailure({ code, message }: FailedReport, device: number): Error {
  if (code === 'ERR_MODEL_INTEGRITY') return new ModelIntegrityError(message);
  if (code === 'ERR_MODEL_INVALID') return new ModelInvalidError(`The model can't be run: ${message}`);
  return new ProviderUnavailableError(
    `None of the providers works here (device ${device}): ${message}; npx fraud-scorer doctor says more`,
  );
}
