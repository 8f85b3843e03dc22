import { create, toBinary } from '@bufbuild/protobuf';
import { codeOfType, type ElementType } from './element-types.js';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  TensorProtoSchema,
  type TypeProto,
} from './onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';
import { axesOf } from './row-inputs.js';

/** Makes an input accept values of another type, which the graph converts to its own. */
export function castInput(graph: OnnxGraph, name: string, from: ElementType, to: ElementType): void {
  const inside = graph.freeName(`${name}_${to}`);
  graph.rename(name, inside);
  const info = graph.graph.input.find((input) => input.name === name);
  const rounded = to === 'float16' ? graph.freeName(`${name}_rounded`) : inside;
  if (rounded !== inside) graph.graph.node.unshift(sameShape(graph, rounded, inside, axesOf(info?.type)?.length ?? 2));
  graph.graph.node.unshift(castNode(name, rounded, to));
  setElementType(info?.type, from);
  settle(graph, name);
}

/** Makes an output give values of another type. */
export function castOutput(graph: OnnxGraph, name: string, rank: number, from: ElementType, to: ElementType): void {
  const inside = graph.freeName(`${name}_${from}`);
  graph.rename(name, inside);
  const rounded = from === 'float16' ? graph.freeName(`${name}_rounded`) : inside;
  if (rounded !== inside) graph.graph.node.push(sameShape(graph, inside, rounded, rank));
  graph.graph.node.push(castNode(rounded, name, to));
  const info = graph.graph.output.find((output) => output.name === name);
  setElementType(info?.type, to);
  settle(graph, name);
}

/**
 * A node that changes nothing. If a cast to float16 stood alone, the runtime would add a cast back to float32, in which it computes, and
 * would remove both. Then values would not be rounded to float16 any more, and scores would differ from the original.
 */
function sameShape(graph: OnnxGraph, from: string, to: string, rank: number): NodeProto {
  const shape = graph.freeName(`${to}_shape`);
  const tensor = create(TensorProtoSchema, {
    name: shape,
    dataType: codeOfType('int64'),
    dims: [BigInt(rank)],
    // 0 means that the axis stays as it is.
    int64Data: new Array<bigint>(rank).fill(0n),
  });
  graph.addInitializer(shape, toBinary(TensorProtoSchema, tensor));
  return create(NodeProtoSchema, { opType: 'Reshape', input: [from, shape], output: [to] });
}

function castNode(from: string, to: string, type: ElementType): NodeProto {
  const attribute = create(AttributeProtoSchema, {
    name: 'to',
    type: AttributeProto_AttributeType.INT,
    i: BigInt(codeOfType(type)),
  });
  return create(NodeProtoSchema, {
    opType: 'Cast',
    input: [from],
    output: [to],
    attribute: [toBinary(AttributeProtoSchema, attribute)],
  });
}

function setElementType(type: TypeProto | undefined, element: ElementType): void {
  if (type?.value.case === 'tensorType') type.value.value.elemType = codeOfType(element);
}

function settle(graph: OnnxGraph, name: string): void {
  graph.importStandardOperators();
  // The information about the tensor now belongs to the inner tensor.
  graph.graph.valueInfo = graph.graph.valueInfo.filter((info) => info.name !== name);
  graph.forgetProducers();
}
