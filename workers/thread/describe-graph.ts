import type { InferenceSession } from 'onnxruntime-node';
import type { GraphDescription, GraphValue } from '../../src/protocol/serving.js';

/** The inputs and outputs of a loaded graph. */
export function describeGraph(session: InferenceSession): GraphDescription {
  return { inputs: session.inputMetadata.map(describeValue), outputs: session.outputMetadata.map(describeValue) };
}

function describeValue(value: InferenceSession.ValueMetadata): GraphValue {
  if (!value.isTensor) return { name: value.name, type: 'no tensor', shape: [] };
  return { name: value.name, type: value.type, shape: [...value.shape] };
}
