// Beside each closed file of records lies its index, `<file>.idx`: which decision is where, by the id as it is written. Little-endian.
//   head      48 bytes: u32 `indexMark`, u32 version 1, u32 entries, u32 contexts, f64 the earliest and f64 the latest time of a decision
//             (ms since the epoch), f64 how many bytes of the file it covers (0: all of a file that was closed), f64 0
//   entries   16 bytes each, in the order of their keys: 8 bytes key (big-endian), u32 where its frame begins in the file, in units of 8 bytes, u32 its row there
//   contexts  8 bytes each: u32 the number of a context, u32 where its frame begins, in units of 8 bytes. Binary files alone have them.
// In files of lines the place is that of the line, in bytes before compression, in units of 1 byte, and the row is 0. What lies beyond
// the 4 GiB that such a place can name is not in the index.
import { createHash } from 'node:crypto';

/** 'FSRX' */
export const indexMark = 0x58_52_53_46;
export const indexHeadBytes = 48;
export const indexEntryBytes = 16;
export const indexContextBytes = 8;

/** What an id is found by: the first 8 bytes of its SHA-256, as a big-endian number. @param id as it is written, that is, masked. */
export function indexKey(id: string): bigint {
  return createHash('sha256').update(id).digest().readBigUInt64BE();
}
