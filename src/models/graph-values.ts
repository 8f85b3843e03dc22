import type { GraphValue } from '../protocol/serving.js';

/** The rows that a graph takes in a run, no more and no less, where its inputs fix their first axis; null where they do not. */
export function fixedRowsOf(inputs: readonly GraphValue[]): number | null {
  for (const { shape } of inputs) {
    const [rows] = shape;
    if (typeof rows === 'number' && rows >= 1) return rows;
  }
  return null;
}

/** The names of values of the graph, to choose from. */
export function namesOf(values: readonly GraphValue[]): string {
  return `one of the graph's ${values.map(({ name }) => JSON.stringify(name)).join(', ')}`;
}

/** A value of the graph with its type and shape. */
export function describeValue({ name, type, shape }: GraphValue): string {
  return `${JSON.stringify(name)} as the graph has it, ${type} [${shape.map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
