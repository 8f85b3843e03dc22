import type { TypeProto, ValueInfoProto } from './onnx_pb.js';
import type { OnnxGraph } from './onnx-graph.js';
import { axesOf } from './row-inputs.js';

const rowsName = 'rows';

/**
 * Makes inputs and outputs with a fixed number of rows accept any number. A trial run shows whether the graph's operators accept it too.
 */
export function freeRows(graph: OnnxGraph): void {
  for (const { type } of [...graph.inputs, ...graph.outputs]) {
    if (typeof axesOf(type)?.[0] === 'number') freeFirstAxis(type);
  }
  forgetShapes(graph);
}

/**
 * Makes the number of rows free in outputs that declare a fixed number although the inputs do not. Exporters store the number of rows of
 * their example.
 *
 * @returns the outputs that were changed.
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

/** The shapes that exporters stored for inner tensors have the old number of rows. The runtime infers shapes itself. */
function forgetShapes(graph: OnnxGraph): void {
  const hasShape = ({ type }: ValueInfoProto): boolean => (axesOf(type)?.length ?? 0) > 0;
  graph.graph.valueInfo = graph.graph.valueInfo.filter((info) => !hasShape(info));
}
