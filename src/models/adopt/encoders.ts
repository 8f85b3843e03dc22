import type { Columns } from './columns.js';
import type { NodeProto } from './onnx_pb.js';
import { type OnnxGraph, operatorOf } from './onnx-graph.js';
import { decodeText, textsOf } from './tensor-values.js';

/** What a graph's encoders say about one feature. */
export interface EncodedFeature {
  input: string;
  column: number;
  texts: string[];
  /** Whether a text that is not in the list is accepted without an error. */
  takesOthers: boolean;
  /** Whether such a text is encoded as none of the listed ones, as in a pipeline that was trained to ignore unknown texts. */
  ignoresOthers: boolean;
}

/** The texts that features may have, as the graph's encoders list them. */
export function encodedFeatures(graph: OnnxGraph, columns: Columns): EncodedFeature[] {
  const found: EncodedFeature[] = [];
  for (const node of graph.graph.node) {
    const texts = textsOfEncoder(graph, node);
    if (texts.length === 0) continue;
    const isOneHot = operatorOf(node) === 'OneHotEncoder';
    // If a graph does not say, the value is 1.
    const takesOthers = !isOneHot || graph.attribute(node, 'zeros')?.i !== 0n;
    const ignoresOthers = isOneHot && takesOthers;
    for (const { input, column } of node.input.flatMap((name) => columns.of(name) ?? [])) {
      const known = found.find((feature) => feature.input === input && feature.column === column);
      if (known === undefined) {
        found.push({ input, column, texts: [...new Set(texts)], takesOthers, ignoresOthers });
        continue;
      }
      known.texts = [...new Set([...known.texts, ...texts])];
      known.ignoresOthers &&= ignoresOthers;
    }
  }
  return found;
}

function textsOfEncoder(graph: OnnxGraph, node: NodeProto): string[] {
  const texts = (name: string): string[] => graph.attribute(node, name)?.strings.map(decodeText) ?? [];
  switch (operatorOf(node)) {
    case 'OneHotEncoder':
    case 'CategoryMapper':
      return texts('cats_strings');
    case 'LabelEncoder': {
      const keys = graph.attribute(node, 'keys_tensor')?.t;
      return [
        ...texts('keys_strings'),
        ...texts('classes_strings'),
        ...(keys === undefined ? [] : (textsOf(keys) ?? [])),
      ];
    }
    case 'Equal':
      return node.input.flatMap((name) => graph.constantTexts(name) ?? []);
    default:
      return [];
  }
}

/** The features whose missing values (NaN) the graph itself replaces everywhere. */
export function imputedFeatures(graph: OnnxGraph, columns: Columns): { input: string; column: number }[] {
  const isImputer = (node: NodeProto): boolean => {
    if (operatorOf(node) !== 'Imputer') return false;
    const replaced = graph.attribute(node, 'replaced_value_float');
    return replaced !== undefined && Number.isNaN(replaced.f);
  };
  const imputers = graph.graph.node.filter(isImputer);
  return imputers.flatMap((node) => columns.of(node.input[0]) ?? []);
}
