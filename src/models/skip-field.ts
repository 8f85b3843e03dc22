import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Skips one field of a protobuf message, like the reader's own `skip`. That method creates a view of the skipped bytes, and an attribute of
 * a graph may have a hundred million numbers, one field each.
 */
export function skipField(reader: BinaryReader, type: WireType, field: number): void {
  if (type === WireType.Bit32) reader.pos += 4;
  else if (type === WireType.Bit64) reader.pos += 8;
  else if (type === WireType.LengthDelimited) {
    const length = reader.uint32();
    reader.pos += length;
  } else reader.skip(type, field);
}
