import type { Provider } from '../api/provider.js';

/**
 * Why a provider cannot run a model. A GPU without a kernel for the model's main operator would only copy inputs and outputs.
 *
 * @param cpuOperators operators of the model that only the CPU can run.
 * @returns null if the provider may be useful.
 */
export function missingKernels(provider: Provider, cpuOperators: readonly string[]): string | null {
  if (provider === 'cpu' || cpuOperators.length === 0) return null;
  return `the runtime has no ${provider} kernel for ${cpuOperators.join(', ')} of the graph: the CPU runs this model`;
}
