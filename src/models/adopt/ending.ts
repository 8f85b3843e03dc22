import { type OnnxGraph, operatorOf } from './onnx-graph.js';
import { type ClassLabel, labelsOf } from './zip-map.js';

/** How a tensor is computed, by the last operator that does more than select or reshape. */
export type Ending =
  /** Sigmoid, softmax, a classifier's probabilities, or a mix of them. */
  | 'probability'
  /** The logarithm of a softmax. */
  | 'logProbability'
  /** A layer without an activation. */
  | 'linear'
  /** A mean, sum, root or power of something: a distance, an error. */
  | 'distance'
  /** A forest that adds up numbers. */
  | 'regressor'
  | 'other';

const passing = new Set([
  'Identity',
  'Cast',
  'Squeeze',
  'Unsqueeze',
  'Reshape',
  'Flatten',
  'Dropout',
  'Transpose',
  'Gather',
  'Slice',
  'Split',
  'ArrayFeatureExtractor',
]);

const probabilities = new Set(['Sigmoid', 'Softmax', 'HardSigmoid', 'Normalizer']);
const classifiers = new Set(['TreeEnsembleClassifier', 'LinearClassifier', 'SVMClassifier']);
const regressors = new Set(['TreeEnsembleRegressor', 'TreeEnsemble', 'LinearRegressor', 'SVMRegressor']);
const linear = new Set(['Gemm', 'MatMul', 'FusedMatMul']);
const distances = new Set([
  'ReduceMean',
  'ReduceSum',
  'ReduceSumSquare',
  'ReduceL1',
  'ReduceL2',
  'ReduceMax',
  'Sqrt',
  'Pow',
  'Abs',
]);
/** Operators that mix probabilities, or turn them into those of both classes. */
const mixing = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Mean',
  'Sum',
  'Concat',
  'Clip',
  'Where',
  'Max',
  'Min',
  'ReduceMean',
  'ReduceSum',
]);

const maxDepth = 40;

/** @returns 'other' if it is not known. */
export function endingOf(graph: OnnxGraph, tensor: string, depth = 0): Ending {
  const producer = graph.producerOf(tensor);
  if (producer === undefined || depth > maxDepth) return 'other';
  const { node, output } = producer;
  const operator = operatorOf(node);
  if (passing.has(operator)) return endingOf(graph, node.input[0] ?? '', depth + 1);
  if (probabilities.has(operator) || classifiers.has(operator)) return 'probability';
  if (operator === 'LogSoftmax') return 'logProbability';
  if (linear.has(operator)) return 'linear';
  if (regressors.has(operator)) return output === 0 && isLogistic(graph, tensor) ? 'probability' : 'regressor';
  if (mixing.has(operator)) {
    const parts = node.input.filter((name) => graph.producerOf(name)?.node.opType !== 'Constant');
    const endings = parts.map((name) => endingOf(graph, name, depth + 1));
    if (endings.includes('probability')) return 'probability';
    // An added bias, or a scale.
    const isAffine = ['Add', 'Sub', 'Mul', 'Div'].includes(operator);
    if (isAffine && parts.some((name) => graph.constantDims(name) !== undefined || parts.length === 1)) {
      return endings.find((ending) => ending !== 'other') ?? 'other';
    }
  }
  return distances.has(operator) ? 'distance' : 'other';
}

function isLogistic(graph: OnnxGraph, tensor: string): boolean {
  const node = graph.producerOf(tensor)?.node;
  const transform = node === undefined ? undefined : graph.attribute(node, 'post_transform')?.s;
  return transform !== undefined && /^(LOGISTIC|SOFTMAX|PROBIT)$/.test(new TextDecoder().decode(transform));
}

/** The labels of the classifier that a tensor comes from, in column order; empty if it comes from no classifier. */
export function classLabelsOf(graph: OnnxGraph, tensor: string): ClassLabel[] {
  const queue = [tensor];
  for (let step = 0; step < queue.length && step < maxDepth; step += 1) {
    const node = graph.producerOf(queue[step] ?? '')?.node;
    if (node === undefined) continue;
    const labels = labelsOf(graph, node);
    if (labels.length > 0) return labels;
    queue.push(...node.input.filter((name) => !queue.includes(name)));
  }
  return [];
}
