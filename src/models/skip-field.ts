import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * Passes over one field of a protobuf message, as the reader's own `skip` does. That one makes a view of what it skips, and an attribute of
 * a graph may have a hundred million numbers, a field each.
 */
export function skipField(reader: BinaryReader, type: WireType, field: number): void {
  if (type === WireType.Bit32) reader.pos += 4;
  else if (type === WireType.Bit64) reader.pos += 8;
  else if (type === WireType.LengthDelimited) {
    const length = reader.uint32();
    reader.pos += length;
  } else reader.skip(type, field);
}
