import type { Provider } from '../api/provider.js';
import { readGraph } from './read-graph.js';

/**
 * Operators that hold a whole model, and for which the runtime has kernels on the CPU alone. Others of their domain, such as LabelEncoder,
 * only prepare the inputs of a network, which a GPU may still run faster.
 */
const cpuModels: ReadonlySet<string> = new Set([
  'TreeEnsemble',
  'TreeEnsembleClassifier',
  'TreeEnsembleRegressor',
  'LinearClassifier',
  'LinearRegressor',
  'SVMClassifier',
  'SVMRegressor',
]);

/**
 * Why the CPU is to run a model though a GPU was asked for first: the operators of its graph that run on the CPU whatever the provider.
 *
 * @returns none where a GPU may run the model, or the host asked for the CPU alone, or not for it at all.
 */
export async function cpuOperatorsOf(bytes: SharedArrayBuffer, providers: readonly Provider[]): Promise<string[]> {
  if (!providers.includes('cpu') || providers.every((provider) => provider === 'cpu')) return [];
  return operatorsForCpu(bytes);
}

/** The operators of a graph that run on the CPU whatever the provider. */
export async function operatorsForCpu(bytes: SharedArrayBuffer): Promise<string[]> {
  const { classicalOperators } = await readGraph(new Uint8Array(bytes));
  return [...classicalOperators].filter((operator) => cpuModels.has(operator)).sort();
}
