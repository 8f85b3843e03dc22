import { toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
} from './onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';
import { refusal } from './refusal.js';
import { decoded, peekInteger } from './wire.js';

/** Fields `data_location` of a `TensorProto` and `type` of an `AttributeProto`. */
const dataLocation = 14;
const attributeType = 20;

/** A file of weights, with the name that the graph's tensors use. */
export interface FoundWeights {
  location: string;
  /** The plain name that it gets next to the adopted graph. */
  name: string;
  bytes: Uint8Array;
}

/**
 * Makes initializers name their files by plain names. Moves tensors that nodes and subgraphs keep in files into the graph, because the
 * runtime supports such files only for initializers.
 *
 * @returns whether anything was changed.
 */
export function settleWeights({ graph }: OnnxGraph, files: readonly FoundWeights[]): boolean {
  let isChanged = false;
  for (const [index, bytes] of graph.initializer.entries()) {
    if (peekInteger(bytes, dataLocation) !== TensorProto_DataLocation.EXTERNAL) continue;
    const tensor = decoded(TensorProtoSchema, bytes);
    const entry = tensor?.externalData.find(({ key }) => key === 'location');
    const file = files.find(({ location }) => location === entry?.value);
    if (tensor === undefined || entry === undefined || file === undefined || entry.value === file.name) continue;
    entry.value = file.name;
    graph.initializer[index] = toBinary(TensorProtoSchema, tensor);
    isChanged = true;
  }
  return inlineInNodes(graph, files) || isChanged;
}

function inlineInNodes(graph: GraphProto, files: readonly FoundWeights[]): boolean {
  let isChanged = false;
  const kinds = [
    AttributeProto_AttributeType.TENSOR,
    AttributeProto_AttributeType.TENSORS,
    AttributeProto_AttributeType.GRAPH,
    AttributeProto_AttributeType.GRAPHS,
  ];
  for (const node of graph.node) {
    for (const [index, bytes] of node.attribute.entries()) {
      if (!kinds.includes(peekInteger(bytes, attributeType) ?? 0)) continue;
      const attribute = decoded(AttributeProtoSchema, bytes);
      if (attribute === undefined) continue;
      const tensors = [...attribute.tensors, ...(attribute.t === undefined ? [] : [attribute.t])];
      const graphs = [...attribute.graphs, ...(attribute.g === undefined ? [] : [attribute.g])];
      const inlined = tensors.map((tensor) => inline(tensor, files));
      const inside = graphs.map((subgraph) => inlineInitializers(subgraph, files) || inlineInNodes(subgraph, files));
      if (![...inlined, ...inside].includes(true)) continue;
      node.attribute[index] = toBinary(AttributeProtoSchema, attribute);
      isChanged = true;
    }
  }
  return isChanged;
}

function inlineInitializers(graph: GraphProto, files: readonly FoundWeights[]): boolean {
  let isChanged = false;
  for (const [index, bytes] of graph.initializer.entries()) {
    if (peekInteger(bytes, dataLocation) !== TensorProto_DataLocation.EXTERNAL) continue;
    const tensor = decoded(TensorProtoSchema, bytes);
    if (tensor === undefined || !inline(tensor, files)) continue;
    graph.initializer[index] = toBinary(TensorProtoSchema, tensor);
    isChanged = true;
  }
  return isChanged;
}

function inline(tensor: TensorProto, files: readonly FoundWeights[]): boolean {
  if (tensor.dataLocation !== TensorProto_DataLocation.EXTERNAL) return false;
  const entry = (key: string): string | undefined => tensor.externalData.find((item) => item.key === key)?.value;
  const file = files.find(({ location }) => location === entry('location'));
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? (file?.bytes.length ?? 0) - offset);
  if (file === undefined || !(offset >= 0 && length >= 0 && offset + length <= file.bytes.length)) {
    throw refusal(
      'file',
      `weights of tensor ${JSON.stringify(tensor.name)} within their file`,
      'others: the files do not belong together',
    );
  }
  tensor.rawData = file.bytes.slice(offset, offset + length);
  tensor.externalData = [];
  tensor.dataLocation = TensorProto_DataLocation.DEFAULT;
  return true;
}
