import { create } from '@bufbuild/protobuf';
import { type NodeProto, type ValueInfoProto, ValueInfoProtoSchema } from './onnx_pb.js';
import { type OnnxGraph, operatorOf } from './onnx-graph.js';
import { decodeText } from './tensor-values.js';

/** The label of a class: in ONNX an integer or a text. */
export type ClassLabel = number | string;

/** An output of the graph that a ZipMap makes. It is a map for each row, which the Node.js runtime cannot return. */
export interface ZipMap {
  node: NodeProto;
  /** The graph's output. */
  output: string;
  /** The tensor [rows, classes] that it is made from. */
  tensor: string;
  labels: ClassLabel[];
}

export function zipMapsOf(graph: OnnxGraph): ZipMap[] {
  return graph.outputs.flatMap(({ name }) => {
    const node = graph.producerOf(name)?.node;
    const tensor = node?.input[0];
    if (node === undefined || tensor === undefined || operatorOf(node) !== 'ZipMap') return [];
    return [{ node, output: name, tensor, labels: labelsOf(graph, node) }];
  });
}

/** Makes the graph also return the tensors that its ZipMaps take. */
export function exposeZipMaps(graph: OnnxGraph): void {
  for (const { tensor } of zipMapsOf(graph)) addOutput(graph, tensor);
}

/** Makes the graph return the tensors in place of the ZipMaps' outputs. */
export function removeZipMaps(graph: OnnxGraph): ZipMap[] {
  const found = zipMapsOf(graph);
  exposeZipMaps(graph);
  graph.graph.output = graph.graph.output.filter(({ name }) => !found.some(({ output }) => output === name));
  graph.graph.node = graph.graph.node.filter((node) => !found.some((zipMap) => zipMap.node === node));
  graph.forgetProducers();
  return found;
}

/** The labels of a classifier, or of nodes that end in one, in column order. */
export function labelsOf(graph: OnnxGraph, node: NodeProto): ClassLabel[] {
  for (const name of ['classlabels_int64s', 'classlabels_ints']) {
    const integers = graph.attribute(node, name)?.ints.map(Number) ?? [];
    if (integers.length > 0) return integers;
  }
  return (graph.attribute(node, 'classlabels_strings')?.strings ?? []).map(decodeText);
}

/** The runtime infers its type and shape. */
function addOutput(graph: OnnxGraph, name: string): void {
  if (graph.outputs.some((output) => output.name === name)) return;
  const known: ValueInfoProto | undefined = graph.graph.valueInfo.find((info) => info.name === name);
  graph.graph.output.push(known ?? create(ValueInfoProtoSchema, { name }));
}
