import {
  type FraudScorerError,
  ModelInvalidError,
  OutOfResourcesError,
  ProviderUnavailableError,
  WorkerLostError,
} from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';
import type { FailedReport, FailureCode } from '../protocol/serving.js';
import { strangerError, type WorkerFile } from './handshake.js';
import type { ThreadExit } from './single-thread.js';

/** Why a worker could not get ready, as an error for the host. */
export function startFailure({ code, message }: FailedReport, device: number): FraudScorerError {
  return failureError(code, message, `None of the providers works here (device ${device})`);
}

/**
 * The error for a failure that a worker or a tool's worker reports.
 *
 * @param noProvider the text for the case that no provider works.
 */
export function failureError(code: FailureCode, message: string, noProvider: string): FraudScorerError {
  switch (code) {
    case 'ERR_MODEL_INVALID':
      return new ModelInvalidError(`The model can't be run: ${message}`);
    case 'ERR_OUT_OF_RESOURCES':
      return new OutOfResourcesError(`The model can't be loaded or run here: ${message}`);
    case 'ERR_RUNTIME_MISSING':
      return new ProviderUnavailableError(`No provider works here: ${message}`);
    case 'ERR_PROVIDER_UNAVAILABLE':
      return new ProviderUnavailableError(`${noProvider}: ${message}; npx fraud-scorer doctor says more`);
  }
}

/**
 * Why a thread ended before it was ready.
 *
 * @param isGreeted whether its file had loaded.
 */
export function earlyExit(exit: ThreadExit, file: WorkerFile, isGreeted: boolean): FraudScorerError {
  const { reason, error, code } = exit;
  const shortage = outOfResources(error ?? reason, 'A worker ended while it started');
  if (shortage !== null) return shortage;
  if (isGreeted) return new WorkerLostError(`A worker died while it started: ${reason}`);
  if (error === null && code === 0) return strangerError(file, 'a file that ends without a word');
  return new ProviderUnavailableError(
    `The worker's file could not be loaded (${file.url}): ${reason}: install the package again (npm ci); a host that bundles keeps piscina and onnxruntime-node out of the bundle, and passes copies of the worker's files (docs/bundlers.md in the repository says how)`,
  );
}
