import type { Provider } from '../api/provider.js';

/**
 * Why a provider is of no use for a model: a GPU without a kernel for the model's main operator would only have its inputs and outputs copied.
 *
 * @param cpuOperators of the model, for which only the CPU has kernels.
 * @returns null where it may be of use.
 */
export function missingKernels(provider: Provider, cpuOperators: readonly string[]): string | null {
  if (provider === 'cpu' || cpuOperators.length === 0) return null;
  return `the runtime has no ${provider} kernel for ${cpuOperators.join(', ')} of the graph: the CPU runs this model`;
}
