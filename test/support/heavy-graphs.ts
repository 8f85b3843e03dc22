import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from '../../src/models/adopt/onnx_pb.js';
import { OnnxGraph } from '../../src/models/adopt/onnx-graph.js';

/** Values of a step of the recurrent network: its weights stay in a core's cache. */
const hiddenSize = 512;

/** Steps of one node: 20 to 50 ms of a core. The runtime needs 2 KB of memory for each. */
const sequenceLength = 1_000;

/**
 * Makes a model take long to load. The runtime computes at load what does not depend on the input: here a chain of recurrent networks over
 * constant sequences, which comes to exactly 1. A score is multiplied by it, so that it stays what it was.
 *
 * @param score an output of the graph, float32. @param nodes of the chain; see `LoadTime`.
 */
export function withSlowLoad(model: Uint8Array, score: string, nodes: number): Uint8Array {
  const edited = parsed(model);
  const { graph } = edited;
  for (const node of graph.node)
    node.output = node.output.map((name) => (name === score ? `${score} of the model` : name));
  for (const node of graph.node)
    node.input = node.input.map((name) => (name === score ? `${score} of the model` : name));
  graph.initializer.push(
    tensor('slow sequence', [sequenceLength, 1, 1], () => 0),
    tensor('slow input weights', [1, hiddenSize, 1], () => 0),
    tensor('slow weights', [1, hiddenSize, hiddenSize], () => 0),
    tensor('slow state 0', [1, 1, hiddenSize], () => 0),
    tensor('slow one', [], () => 1),
  );
  for (let index = 0; index < nodes; index += 1) {
    const inputs = ['slow sequence', 'slow input weights', 'slow weights', '', '', `slow state ${index}`];
    graph.node.push(node('RNN', inputs, ['', `slow state ${index + 1}`], { hidden_size: hiddenSize }));
  }
  graph.node.push(
    node('ReduceSum', [`slow state ${nodes}`], ['slow sum'], { keepdims: 0 }),
    node('Add', ['slow sum', 'slow one'], ['slow factor']),
    node('Mul', [`${score} of the model`, 'slow factor'], [score]),
  );
  return edited.toBytes();
}

/**
 * Puts linear layers between an input and all that reads it. Each row costs 2 · width² operations a layer; the layers give
 * back what they are given, but for rounding.
 *
 * @param input of one value a row, float32. @param width a power of two, so that weights of 1 / width are exact.
 */
export function withLayers(model: Uint8Array, input: string, layers: number, width = 512): Uint8Array {
  const edited = parsed(model);
  const { graph } = edited;
  const through = `${input} through the layers`;
  for (const node of graph.node) node.input = node.input.map((name) => (name === input ? through : name));
  graph.initializer.push(
    tensor('layer in', [1, width], () => 1),
    tensor('layer', [width, width], () => 1 / width),
    tensor('layer out', [width, 1], () => 1 / width),
  );
  const added = [node('MatMul', [input, 'layer in'], ['layer 0'])];
  for (let index = 1; index <= layers; index += 1) {
    added.push(node('MatMul', [`layer ${index - 1}`, 'layer'], [`layer ${index}`]));
  }
  graph.node.unshift(...added, node('MatMul', [`layer ${layers}`, 'layer out'], [through]));
  return edited.toBytes();
}

function parsed(model: Uint8Array): OnnxGraph {
  const graph = OnnxGraph.parse(model);
  if (graph === null) throw new TypeError('model: expected an ONNX model');
  return graph;
}

function node(opType: string, input: string[], output: string[], integers: Record<string, number> = {}) {
  const attribute = Object.entries(integers).map(([name, value]) => {
    const type = AttributeProto_AttributeType.INT;
    return toBinary(AttributeProtoSchema, create(AttributeProtoSchema, { name, type, i: BigInt(value) }));
  });
  return create(NodeProtoSchema, { opType, input, output, attribute });
}

function tensor(name: string, dims: readonly number[], value: () => number): Uint8Array {
  const values = Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, value);
  const rawData = new Uint8Array(values.buffer);
  const dataType = TensorProto_DataType.FLOAT;
  return toBinary(TensorProtoSchema, create(TensorProtoSchema, { name, dims: dims.map(BigInt), dataType, rawData }));
}
