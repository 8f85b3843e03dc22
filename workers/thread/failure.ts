import { shortageOf } from '../../src/host/shortage.js';
import type { FailureCode } from '../../src/protocol/serving.js';
import { NoProviderError } from '../providers/providers.js';
import { RuntimeMissingError } from '../providers/runtime.js';

/** Why a worker could not do its task, for the host. */
export interface Failure {
  code: FailureCode;
  message: string;
}

export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  const shortage = shortageIn(error);
  if (shortage !== null) return { code: 'ERR_OUT_OF_RESOURCES', message: `${shortage} (${message})` };
  return { code: codeOf(error), message };
}

/** If a provider that has all it needs fails on the model, a shortage of another provider is not the reason. */
function shortageIn(error: unknown): string | null {
  if (!(error instanceof NoProviderError)) return shortageOf(error);
  if (error.isModelSuspect) return null;
  const shortages = error.trials.map(({ reason }) => (reason === null ? null : shortageOf(reason)));
  return shortages.find((shortage) => shortage !== null) ?? null;
}

function codeOf(error: unknown): FailureCode {
  if (error instanceof RuntimeMissingError) return 'ERR_RUNTIME_MISSING';
  // The CPU provider is always present. If it was tried, the model is the cause.
  const triedCpu = error instanceof NoProviderError && error.trials.some(({ provider }) => provider === 'cpu');
  return error instanceof NoProviderError && !triedCpu ? 'ERR_PROVIDER_UNAVAILABLE' : 'ERR_MODEL_INVALID';
}
