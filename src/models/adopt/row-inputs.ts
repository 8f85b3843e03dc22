import type { ElementType, ServedType } from './element-types.js';
import { knownType } from './element-types.js';
import { inferWidth } from './input-width.js';
import type { TypeProto, ValueInfoProto } from './onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';
import { refusal } from './refusal.js';

/** The size of an axis, or null if the graph leaves it open. */
export type Axis = number | null;

/** An input of the graph, as rows of features. */
export interface RowInput {
  name: string;
  /** The graph's type. */
  graphType: ElementType;
  /** The type that a caller gives. */
  type: ServedType;
  /** The graph's axis of rows. */
  rows: Axis;
  /** The axes of one row; empty if the graph takes [rows]. */
  shape: number[];
  /** Values in one row. */
  size: number;
}

const largestRow = 1_000_000;

/** The axes of a tensor; null if the graph does not say how many there are. */
export function axesOf(type: TypeProto | undefined): Axis[] | null {
  if (type?.value.case !== 'tensorType') return null;
  const { shape } = type.value.value;
  return (
    shape?.dim.map(({ value }) => (value.case === 'dimValue' && value.value > 0n ? Number(value.value) : null)) ?? null
  );
}

/**
 * The graph's inputs as rows of features.
 *
 * @param namedFeatures the number of given feature names; null if there are none. It determines the size of a row that the graph leaves
 * open.
 * @throws {ModelInvalidError} if an input cannot be given by rows.
 */
export function rowInputs(graph: OnnxGraph, namedFeatures: number | null): RowInput[] {
  const infos = graph.inputs;
  if (infos.length === 0) throw refusal('inputs', 'at least one input of the graph', 'none');
  const inputs = infos.map((info) => ({ info, shape: rowShape(info) }));
  const knownSizes = inputs.reduce((sum, { shape }) => sum + (shape === null ? 0 : product(shape)), 0);
  const open = inputs.filter(({ shape }) => shape === null);
  const left = namedFeatures === null || open.length !== 1 ? null : namedFeatures - knownSizes;
  const rows = inputs.map(({ info, shape }) => {
    const row = shape ?? [left !== null && left > 0 ? left : widthOf(graph, info.name)];
    return rowInput(info, row);
  });
  refuseDifferentRows(rows);
  return rows;
}

function rowInput(info: ValueInfoProto, shape: number[]): RowInput {
  const { name } = info;
  const path = `input ${JSON.stringify(name)}`;
  const code = info.type?.value.case === 'tensorType' ? info.type.value.value.elemType : undefined;
  const type = knownType(code);
  if (type === undefined) {
    throw refusal(
      path,
      'a tensor of numbers, booleans or texts',
      'another type: give the graph such inputs and export it again',
    );
  }
  if (name === '' || name === '__proto__')
    throw refusal(path, 'another name: rename the input and export it again', 'this one');
  const size = product(shape);
  if (size > largestRow) throw refusal(path, `at most ${largestRow} values a row`, `${size}`);
  return { name, graphType: type.name, type: type.served, rows: axesOf(info.type)?.[0] ?? null, shape, size };
}

/** @returns null if the graph leaves the size of a row open. */
function rowShape({ name, type }: ValueInfoProto): number[] | null {
  const path = `input ${JSON.stringify(name)}`;
  const axes = axesOf(type);
  if (axes === null) return null;
  if (axes.length === 0) {
    throw refusal(
      path,
      'an axis of rows',
      'a single value for all rows: make it a constant of the graph and export it again',
    );
  }
  const [rows, ...row] = axes;
  if (row.length === 1 && row[0] === null) return null;
  const fixed = row.filter((axis) => axis !== null);
  if (fixed.length < row.length) {
    const cure = 'fix it, e.g. with python -m onnxruntime.tools.make_dynamic_shape_fixed, and adopt the result';
    throw refusal(path, 'axes of a fixed size behind that of the rows', `an axis of any size: ${cure}`);
  }
  if (row.length === 0 && typeof rows === 'number' && rows > 1) {
    const cure =
      'export it with a first axis of rows, e.g. with torch.onnx.export(…, dynamic_axes) or an example of two rows';
    throw refusal(path, '[rows, features]', `[${rows}], which has no axis of rows: ${cure}`);
  }
  return fixed;
}

function widthOf(graph: OnnxGraph, name: string): number {
  const width = inferWidth(graph, name);
  if (width !== null) return width;
  throw refusal(
    `input ${JSON.stringify(name)}`,
    'how many features a row has, which the graph does not say',
    'nothing: name them, with --features a,b,c or the header of a CSV file',
  );
}

function refuseDifferentRows(inputs: readonly RowInput[]): void {
  const sizes = [...new Set(inputs.map(({ rows }) => rows).filter((rows) => rows !== null))];
  if (sizes.length < 2) return;
  const cure = 'export the model with one free axis of rows';
  throw refusal('inputs', 'the same number of rows for all', `${sizes.join(' and ')} rows: ${cure}`);
}

export function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}
