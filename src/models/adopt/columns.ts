import type { NodeProto } from './onnx_pb.js';
import { type OnnxGraph, operatorOf } from './onnx-graph.js';
import type { RowInput } from './row-inputs.js';

/** One feature: an input, and its index in a row of that input. */
export interface Column {
  input: string;
  column: number;
}

/** Operators that keep each column's categories. */
const unchanged = new Set(['Identity', 'Cast', 'Dropout', 'Imputer', 'Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** Follows features of the inputs through operators that only select, join and convert columns. */
export class Columns {
  readonly #graph: OnnxGraph;
  readonly #known = new Map<string, readonly Column[] | null>();

  constructor(graph: OnnxGraph, inputs: readonly RowInput[]) {
    this.#graph = graph;
    for (const { name, size } of inputs) {
      this.#known.set(
        name,
        Array.from({ length: size }, (_, column) => ({ input: name, column })),
      );
    }
  }

  /** The feature of each column of a tensor; null if a column is not a feature any more, or it is not known. */
  of(tensor: string | undefined): readonly Column[] | null {
    if (tensor === undefined) return null;
    const known = this.#known.get(tensor);
    if (known !== undefined) return known;
    // A graph with a cycle gives no information.
    this.#known.set(tensor, null);
    const producer = this.#graph.producerOf(tensor);
    const columns = producer === undefined ? null : this.#made(producer.node, producer.output);
    this.#known.set(tensor, columns);
    return columns;
  }

  #made(node: NodeProto, output: number): readonly Column[] | null {
    const [first, second, third] = node.input;
    const operator = operatorOf(node);
    if (unchanged.has(operator)) return output === 0 ? this.of(first) : null;
    switch (operator) {
      case 'Concat': {
        const parts = node.input.map((name) => this.of(name));
        return this.#axis(node) === 0 || parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
      }
      case 'ArrayFeatureExtractor':
        return select(this.of(first), this.#graph.constantIntegers(second));
      case 'Gather':
        return this.#axis(node) === 0 ? null : select(this.of(first), this.#graph.constantIntegers(second));
      case 'Split':
        return this.#part(node, output);
      case 'Where':
        // A missing text is replaced: the other branch is a constant.
        return this.of(second) ?? this.of(third);
      default:
        return null;
    }
  }

  #part(node: NodeProto, output: number): readonly Column[] | null {
    const columns = this.of(node.input[0]);
    if (columns === null || this.#axis(node) === 0) return null;
    const given = this.#graph.attribute(node, 'split')?.ints.map(Number) ?? this.#graph.constantIntegers(node.input[1]);
    const equal = Math.ceil(columns.length / node.output.length);
    const sizes = given ?? node.output.map(() => equal);
    const start = sizes.slice(0, output).reduce((sum, size) => sum + size, 0);
    return columns.slice(start, start + (sizes[output] ?? 0));
  }

  #axis(node: NodeProto): number {
    return Number(this.#graph.attribute(node, 'axis')?.i ?? 0n);
  }
}

function select(columns: readonly Column[] | null, indices: readonly number[] | undefined): readonly Column[] | null {
  if (columns === null || indices === undefined) return null;
  const selected = indices.map((index) => columns.at(index));
  return selected.includes(undefined) ? null : selected.filter((column) => column !== undefined);
}
