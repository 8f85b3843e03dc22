import type { NodeProto } from './onnx_pb.js';
import { type OnnxGraph, operatorOf } from './onnx-graph.js';

/** Operators that keep the number of values per row. */
const sameWidth = new Set([
  'Identity',
  'Cast',
  'Relu',
  'Sigmoid',
  'Tanh',
  'Normalizer',
  'Clip',
  'Abs',
  'Neg',
  'IsNaN',
  'Not',
  'Binarizer',
]);

/** The most steps that are followed. */
const maxSteps = 50;

/**
 * Finds the number of values per row of an input if the graph's declaration leaves it open. It uses the operators that take the input. A
 * forest shows the last feature that it uses; unused features after that one cannot be known.
 *
 * @returns null if no operator tells.
 */
export function inferWidth(graph: OnnxGraph, input: string): number | null {
  const queue = [input];
  for (let step = 0; step < queue.length && step < maxSteps; step += 1) {
    const tensor = queue[step] ?? '';
    for (const node of graph.consumersOf(tensor)) {
      const width = widthBy(graph, node, tensor);
      if (width !== null && width > 0) return width;
      if (sameWidth.has(operatorOf(node))) queue.push(...node.output.filter((name) => !queue.includes(name)));
    }
  }
  return null;
}

function widthBy(graph: OnnxGraph, node: NodeProto, tensor: string): number | null {
  const lengthOf = (name: string, kind: 'floats' | 'int64s' = 'floats'): number | null => {
    const attribute = graph.attribute(node, name);
    return (kind === 'floats' ? attribute?.floats.length : attribute?.ints.length) ?? null;
  };
  switch (operatorOf(node)) {
    case 'TreeEnsembleClassifier':
    case 'TreeEnsembleRegressor':
    case 'TreeEnsemble':
      return lastFeature(graph, node);
    case 'Scaler':
      return aboveOne(lengthOf('offset')) ?? aboveOne(lengthOf('scale'));
    case 'Imputer':
      return aboveOne(lengthOf('imputed_value_floats'));
    case 'LinearClassifier':
    case 'LinearRegressor': {
      const rows = lengthOf('intercepts');
      const coefficients = lengthOf('coefficients');
      return rows === null || coefficients === null || rows === 0 || coefficients % rows > 0
        ? null
        : coefficients / rows;
    }
    case 'MatMul':
      return node.input[0] === tensor ? (graph.constantDims(node.input[1])?.at(-2) ?? null) : null;
    case 'Gemm': {
      const isTransposed = graph.attribute(node, 'transB')?.i === 1n;
      return node.input[0] === tensor ? (graph.constantDims(node.input[1])?.[isTransposed ? 1 : 0] ?? null) : null;
    }
    case 'BatchNormalization':
      return graph.constantDims(node.input[1])?.[0] ?? null;
    case 'Add':
    case 'Sub':
    case 'Mul':
    case 'Div':
      return aboveOne(graph.constantDims(node.input.find((name) => name !== tensor))?.at(-1) ?? null);
    default:
      return null;
  }
}

function lastFeature(graph: OnnxGraph, node: NodeProto): number | null {
  const features = graph.attribute(node, 'nodes_featureids')?.ints ?? [];
  let last = -1;
  for (const feature of features) last = Math.max(last, Number(feature));
  return last < 0 ? null : last + 1;
}

/** A single value fits rows of any width. */
function aboveOne(width: number | null): number | null {
  return width !== null && width > 1 ? width : null;
}
