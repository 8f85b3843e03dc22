import type { Provider } from '../api/provider.js';
import { readGraph } from './read-graph.js';

/**
 * Operators that contain a whole model and that the runtime can only run on the CPU. Other operators of their domain, such as LabelEncoder,
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
 * The operators of a graph that force the CPU to run the model although a GPU was requested first.
 *
 * @returns an empty list if a GPU may run the model, or if the host requested only the CPU, or no CPU at all.
 */
export async function cpuOperatorsOf(bytes: SharedArrayBuffer, providers: readonly Provider[]): Promise<string[]> {
  if (!providers.includes('cpu') || providers.every((provider) => provider === 'cpu')) return [];
  return operatorsForCpu(bytes);
}

/** The operators of a graph that always run on the CPU. */
export async function operatorsForCpu(bytes: SharedArrayBuffer): Promise<string[]> {
  const { classicalOperators } = await readGraph(new Uint8Array(bytes));
  return [...classicalOperators].filter((operator) => cpuModels.has(operator)).sort();
}
