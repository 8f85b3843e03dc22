import { type TensorProto, TensorProto_DataLocation, TensorProto_DataType } from './onnx_pb.js';

/** Larger than any constant that describes a graph's form. */
const maxValues = 100_000;

/** The values of a small integer tensor; undefined if it is not one, or its values are stored elsewhere. */
export function integersOf(tensor: TensorProto): number[] | undefined {
  if (isElsewhere(tensor)) return undefined;
  const { rawData } = tensor;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  if (tensor.dataType === TensorProto_DataType.INT64) {
    if (rawData.length === 0) return tensor.int64Data.map(Number);
    return Array.from({ length: Math.floor(rawData.length / 8) }, (_, index) =>
      Number(view.getBigInt64(8 * index, true)),
    );
  }
  if (tensor.dataType === TensorProto_DataType.INT32) {
    if (rawData.length === 0) return [...tensor.int32Data];
    return Array.from({ length: Math.floor(rawData.length / 4) }, (_, index) => view.getInt32(4 * index, true));
  }
  return undefined;
}

/** The texts of a string tensor; undefined if it is not one. */
export function textsOf(tensor: TensorProto): string[] | undefined {
  if (tensor.dataType !== TensorProto_DataType.STRING || isElsewhere(tensor)) return undefined;
  return tensor.stringData.map(decodeText);
}

/** The sizes of a tensor's axes. */
export function dimsOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number);
}

const decoder = new TextDecoder();

export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function isElsewhere(tensor: TensorProto): boolean {
  const count = tensor.dims.reduce((product, dim) => product * Number(dim), 1);
  return tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || !(count <= maxValues);
}
