// Beside each closed file of records lies its index, `<file>.idx`: which decision is where, by the id as it is written. Little-endian.
//   head      48 bytes: u32 `indexMark`, u32 version 1, u32 entries, u32 contexts, f64 the earliest and f64 the latest time of a decision
//             (ms since the epoch), f64 how many bytes of the file it covers (0: all of a file that was closed), f64 0
//   entries   16 bytes each, in the order of their keys: 8 bytes key (see `writeIndexKey`), u32 where its frame begins in the file, in units of 8 bytes, u32 its row there
//   contexts  8 bytes each: u32 the number of a context, u32 where its frame begins, in units of 8 bytes. Binary files alone have them.
// In files of lines the place is that of the line, in bytes before compression, in units of 1 byte, and the row is 0. What lies beyond
// the 4 GiB that such a place can name is not in the index.
import { hash } from 'node:crypto';

/** 'FSRX' */
export const indexMark = 0x58_52_53_46;
export const indexHeadBytes = 48;
export const indexEntryBytes = 16;
export const indexContextBytes = 8;

export const indexKeyBytes = 8;

/** As many hexadecimal digits as a hashed id has. */
const hashedDigits = 32;

/**
 * Writes what an id is found by: of a hashed id (32 hexadecimal digits, lower case) the first 8 bytes that these stand for, of any other the first 8
 * bytes of its SHA-256.
 *
 * @param id lies in it, as it is written, between `from` and `end`.
 */
export function writeIndexKey(to: Buffer, at: number, id: Buffer, from: number, end: number): void {
  if (end - from === hashedDigits && isHexadecimal(id, from, end)) {
    for (let byte = 0; byte < indexKeyBytes; byte += 1) {
      const high = digitOf(id[from + 2 * byte] as number);
      to[at + byte] = 16 * high + digitOf(id[from + 2 * byte + 1] as number);
    }
  } else to.write(hash('sha256', id.subarray(from, end), 'binary').slice(0, indexKeyBytes), at, 'latin1');
}

/** The same as a big-endian number. */
export function indexKey(id: string): bigint {
  const key = Buffer.alloc(indexKeyBytes);
  const bytes = Buffer.from(id);
  writeIndexKey(key, 0, bytes, 0, bytes.length);
  return key.readBigUInt64BE();
}

function isHexadecimal(text: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at += 1) if (digitOf(text[at] as number) < 0) return false;
  return true;
}

/** −1 where a character is no hexadecimal digit. */
function digitOf(character: number): number {
  if (character >= 0x30 && character <= 0x39) return character - 0x30;
  return character >= 0x61 && character <= 0x66 ? character - 0x57 : -1;
}
