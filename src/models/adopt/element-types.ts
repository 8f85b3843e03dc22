import { TensorProto_DataType as Type } from './onnx_pb.js';

/** The value types that a manifest may name for an input. */
export type ServedType = 'float32' | 'float64' | 'int64' | 'int32' | 'bool' | 'string';

/** A tensor type, by its name in the Node.js runtime. */
export type ElementType = ServedType | 'float16' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'uint32' | 'uint64';

interface KnownType {
  /** The ONNX number of the type. */
  code: Type;
  name: ElementType;
  /** The type that a caller gives. If it differs from the graph's type, the graph gets a cast. */
  served: ServedType;
}

const known: readonly KnownType[] = [
  { code: Type.FLOAT, name: 'float32', served: 'float32' },
  { code: Type.DOUBLE, name: 'float64', served: 'float64' },
  { code: Type.INT64, name: 'int64', served: 'int64' },
  { code: Type.INT32, name: 'int32', served: 'int32' },
  { code: Type.BOOL, name: 'bool', served: 'bool' },
  { code: Type.STRING, name: 'string', served: 'string' },
  { code: Type.FLOAT16, name: 'float16', served: 'float32' },
  { code: Type.INT8, name: 'int8', served: 'int32' },
  { code: Type.UINT8, name: 'uint8', served: 'int32' },
  { code: Type.INT16, name: 'int16', served: 'int32' },
  { code: Type.UINT16, name: 'uint16', served: 'int32' },
  { code: Type.UINT32, name: 'uint32', served: 'int64' },
  { code: Type.UINT64, name: 'uint64', served: 'int64' },
];

/** @returns undefined for types that no input can have here, such as complex numbers. */
export function knownType(code: number | undefined): KnownType | undefined {
  return known.find((type) => type.code === code);
}

export function codeOfType(name: ElementType): Type {
  return known.find((type) => type.name === name)?.code ?? Type.UNDEFINED;
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16';
}
