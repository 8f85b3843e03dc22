import type { GraphValue } from '../protocol/serving.js';

/** The exact number of rows that a graph takes per run, if its inputs fix their first axis; else null. */
export function fixedRowsOf(inputs: readonly GraphValue[]): number | null {
  for (const { shape } of inputs) {
    const [rows] = shape;
    if (typeof rows === 'number' && rows >= 1) return rows;
  }
  return null;
}

/** The names of the graph's values, for error messages. */
export function namesOf(values: readonly GraphValue[]): string {
  return `one of the graph's ${values.map(({ name }) => JSON.stringify(name)).join(', ')}`;
}

/** A value of the graph with its type and shape. */
export function describeValue({ name, type, shape }: GraphValue): string {
  return `${JSON.stringify(name)} as the graph has it, ${type} [${shape.map((axis) => (axis === '' ? '?' : axis)).join(', ')}]`;
}
