import type { TypeProto, ValueInfoProto } from './onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';
import { axesOf } from './row-inputs.js';

const rowsName = 'rows';

/** Lets the inputs and outputs that have a fixed number of rows have any. Whether the graph's operators do too, a trial shows. */
export function freeRows(graph: OnnxGraph): void {
  for (const { type } of [...graph.inputs, ...graph.outputs]) {
    if (typeof axesOf(type)?.[0] === 'number') freeFirstAxis(type);
  }
  forgetShapes(graph);
}

/**
 * Frees the rows of outputs alone that declare a fixed number though the inputs do not: exporters note the number of their example.
 *
 * @returns the outputs that did.
 */
export function freeOutputRows(graph: OnnxGraph): string[] {
  const wrong = graph.outputs.filter(({ type }) => typeof axesOf(type)?.[0] === 'number');
  for (const { type } of wrong) freeFirstAxis(type);
  if (wrong.length > 0) forgetShapes(graph);
  return wrong.map(({ name }) => name);
}

function freeFirstAxis(type: TypeProto | undefined): void {
  const axis = type?.value.case === 'tensorType' ? type.value.value.shape?.dim[0] : undefined;
  if (axis !== undefined) axis.value = { case: 'dimParam', value: rowsName };
}

/** What exporters noted of tensors inside has the old number of rows; the runtime infers shapes itself. */
function forgetShapes(graph: OnnxGraph): void {
  const hasShape = ({ type }: ValueInfoProto): boolean => (axesOf(type)?.length ?? 0) > 0;
  graph.graph.valueInfo = graph.graph.valueInfo.filter((info) => !hasShape(info));
}
