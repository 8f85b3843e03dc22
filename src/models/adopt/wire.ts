import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/**
 * A text or number among the fields of an encoded message, without decoding the rest of it.
 *
 * @returns undefined where it has no such field, or can't be read so far.
 */
export function peekText(message: Uint8Array, field: number): string | undefined {
  const found = peek(message, field, WireType.LengthDelimited);
  return found?.string();
}

/** The same of an integer. */
export function peekInteger(message: Uint8Array, field: number): number | undefined {
  return peek(message, field, WireType.Varint)?.int32();
}

function peek(message: Uint8Array, field: number, type: WireType): BinaryReader | undefined {
  const reader = new BinaryReader(message);
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === field && wireType === type) return reader;
      skip(reader, wireType, number);
    }
  } catch {
    // Whoever decodes all of it will say so.
  }
  return undefined;
}

/** As the reader's own, which makes a view of what it skips: an attribute may have a million numbers, a field each. */
function skip(reader: BinaryReader, type: WireType, field: number): void {
  if (type === WireType.Bit32) reader.pos += 4;
  else if (type === WireType.Bit64) reader.pos += 8;
  else if (type === WireType.LengthDelimited) {
    const length = reader.uint32();
    reader.pos += length;
  } else reader.skip(type, field);
}
