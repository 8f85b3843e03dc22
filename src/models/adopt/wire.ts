import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { skipField } from '../skip-field.js';

/** What cannot be decoded is ignored: the runtime refuses such a graph. */
export function decoded<Schema extends DescMessage>(
  schema: Schema,
  bytes: Uint8Array,
): MessageShape<Schema> | undefined {
  try {
    return fromBinary(schema, bytes);
  } catch {
    return undefined;
  }
}

/**
 * Reads a text or number field of an encoded message, without decoding the rest.
 *
 * @returns undefined if it has no such field, or it cannot be read up to there.
 */
export function peekText(message: Uint8Array, field: number): string | undefined {
  return peek(message, field, WireType.LengthDelimited, (reader) => reader.string());
}

/** The same for an integer. */
export function peekInteger(message: Uint8Array, field: number): number | undefined {
  return peek(message, field, WireType.Varint, (reader) => reader.int32());
}

function peek<T>(message: Uint8Array, field: number, type: WireType, read: (reader: BinaryReader) => T): T | undefined {
  const reader = new BinaryReader(message);
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === field && wireType === type) return read(reader);
      skipField(reader, wireType, number);
    }
  } catch {
    // Decoding the whole message later will report the problem.
  }
  return undefined;
}
