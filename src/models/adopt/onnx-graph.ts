import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  OperatorSetIdProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
} from './onnx_pb.js';
import { dimsOf, integersOf, textsOf } from './tensor-values.js';
import { decoded, peekInteger, peekText } from './wire.js';

/** Fields of an `AttributeProto`, and the name of a `TensorProto`. */
const attributeName = 1;
const attributeType = 20;
const tensorName = 8;

/** A node that produces a tensor, and the index of the output. */
export interface Producer {
  node: NodeProto;
  output: number;
}

/** An ONNX model that can be searched and edited. Attributes and initializers are decoded only when they are read. */
export class OnnxGraph {
  readonly model: ModelProto;
  readonly graph: GraphProto;
  #producers: Map<string, Producer> | null = null;
  #initializers: Map<string, Uint8Array> | null = null;

  private constructor(model: ModelProto, graph: GraphProto) {
    this.model = model;
    this.graph = graph;
  }

  /** @returns null if the bytes are not an ONNX model with at least one node. */
  static parse(bytes: Uint8Array): OnnxGraph | null {
    try {
      const model = fromBinary(ModelProtoSchema, bytes);
      return model.graph === undefined || model.graph.node.length === 0 ? null : new OnnxGraph(model, model.graph);
    } catch {
      return null;
    }
  }

  toBytes(): Uint8Array {
    return toBinary(ModelProtoSchema, this.model);
  }

  /** The inputs that a caller gives: those without a value of their own. */
  get inputs(): ValueInfoProto[] {
    return this.graph.input.filter(({ name }) => !this.#initializerBytes().has(name));
  }

  get outputs(): ValueInfoProto[] {
    return this.graph.output;
  }

  /** The node that produces a tensor; undefined for inputs and initializers. */
  producerOf(tensor: string): Producer | undefined {
    this.#producers ??= new Map(
      this.graph.node.flatMap((node) => node.output.map((name, output) => [name, { node, output }] as const)),
    );
    return this.#producers.get(tensor);
  }

  consumersOf(tensor: string): NodeProto[] {
    return this.graph.node.filter(({ input }) => input.includes(tensor));
  }

  /** Call it after an edit of the nodes. */
  forgetProducers(): void {
    this.#producers = null;
  }

  attribute(node: NodeProto, name: string): AttributeProto | undefined {
    const bytes = node.attribute.find((candidate) => peekText(candidate, attributeName) === name);
    return bytes === undefined ? undefined : decoded(AttributeProtoSchema, bytes);
  }

  /** A tensor that does not depend on the inputs: an initializer, or the output of a node `Constant`. */
  constant(name: string): TensorProto | undefined {
    const bytes = this.#initializerBytes().get(name);
    if (bytes !== undefined) return decoded(TensorProtoSchema, bytes);
    const node = this.producerOf(name)?.node;
    return node?.opType === 'Constant' ? this.attribute(node, 'value')?.t : undefined;
  }

  constantIntegers(name: string | undefined): number[] | undefined {
    if (name === undefined || name === '') return undefined;
    const tensor = this.constant(name);
    if (tensor !== undefined) return integersOf(tensor);
    const node = this.producerOf(name)?.node;
    if (node?.opType !== 'Constant') return undefined;
    const one = this.attribute(node, 'value_int');
    return one === undefined ? this.attribute(node, 'value_ints')?.ints.map(Number) : [Number(one.i)];
  }

  constantTexts(name: string): string[] | undefined {
    const tensor = this.constant(name);
    return tensor === undefined ? undefined : textsOf(tensor);
  }

  constantDims(name: string | undefined): number[] | undefined {
    const tensor = name === undefined ? undefined : this.constant(name);
    return tensor === undefined ? undefined : dimsOf(tensor);
  }

  addInitializer(name: string, bytes: Uint8Array): void {
    this.graph.initializer.push(bytes);
    this.#initializers?.set(name, bytes);
  }

  /** Adds the standard operators to the model's imports if they are missing. */
  importStandardOperators(): void {
    if (this.model.opsetImport.some(({ domain }) => isStandardDomain(domain))) return;
    // The operator version that belongs to the model's format version.
    const version = versions.get(Number(this.model.irVersion)) ?? 13;
    this.model.opsetImport.push(create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(version) }));
  }

  /** Renames a tensor in all nodes, also in subgraphs. The graph's own inputs and outputs keep their names. */
  rename(from: string, to: string): void {
    renameIn(this.graph, from, to);
    this.forgetProducers();
  }

  /** A name that no tensor of the graph has. */
  freeName(wanted: string): string {
    const taken = new Set([
      ...this.graph.node.flatMap(({ input, output }) => [...input, ...output]),
      ...this.graph.input.map(({ name }) => name),
      ...this.#initializerBytes().keys(),
    ]);
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) name = `${wanted}_${count}`;
    return name;
  }

  #initializerBytes(): ReadonlyMap<string, Uint8Array> {
    this.#initializers ??= new Map(
      this.graph.initializer.map((bytes) => [peekText(bytes, tensorName) ?? '', bytes] as const),
    );
    return this.#initializers;
  }
}

const versions = new Map([
  [3, 8],
  [4, 9],
  [5, 10],
  [6, 11],
  [7, 12],
]);

export function isStandardDomain(domain: string): boolean {
  return domain === '' || domain === 'ai.onnx';
}

/** An operator's name, with its domain if that is not one of ONNX's own. */
export function operatorOf({ domain, opType }: NodeProto): string {
  return isStandardDomain(domain) || domain === 'ai.onnx.ml' ? opType : `${domain}.${opType}`;
}

function renameIn(graph: GraphProto, from: string, to: string): boolean {
  let isChanged = false;
  const renamed = (names: string[]): string[] => {
    if (!names.includes(from)) return names;
    isChanged = true;
    return names.map((name) => (name === from ? to : name));
  };
  for (const node of graph.node) {
    node.input = renamed(node.input);
    node.output = renamed(node.output);
    for (const [index, bytes] of node.attribute.entries()) {
      const edited = renameInAttribute(bytes, from, to);
      if (edited === null) continue;
      node.attribute[index] = edited;
      isChanged = true;
    }
  }
  return isChanged;
}

/** @returns null if the name does not occur in it. */
function renameInAttribute(bytes: Uint8Array, from: string, to: string): Uint8Array | null {
  const type = peekInteger(bytes, attributeType);
  if (type !== AttributeProto_AttributeType.GRAPH && type !== AttributeProto_AttributeType.GRAPHS) return null;
  const attribute = decoded(AttributeProtoSchema, bytes);
  const graphs =
    attribute === undefined ? [] : [...attribute.graphs, ...(attribute.g === undefined ? [] : [attribute.g])];
  const changes = graphs.map((graph) => {
    const inside = renameIn(graph, from, to);
    for (const output of graph.output) if (output.name === from) output.name = to;
    return inside;
  });
  return attribute !== undefined && changes.includes(true) ? toBinary(AttributeProtoSchema, attribute) : null;
}
