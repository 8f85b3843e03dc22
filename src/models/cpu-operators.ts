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

/** The operators of a graph that run on the CPU whatever the provider; none where only the CPU was asked for. */
export async function cpuOperatorsOf(bytes: SharedArrayBuffer, providers: readonly Provider[]): Promise<string[]> {
  if (providers.every((provider) => provider === 'cpu')) return [];
  const { classicalOperators } = await readGraph(new Uint8Array(bytes));
  return [...classicalOperators].filter((operator) => cpuModels.has(operator)).sort();
}
