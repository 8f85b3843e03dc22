import { closeSync, openSync, readSync } from 'node:fs';

/** Tags of the dynamic section, and types of segments (System V ABI, gABI 4.1). */
const [DT_NULL, DT_NEEDED, DT_STRTAB, DT_STRSZ] = [0, 1, 5, 10];
const [PT_LOAD, PT_DYNAMIC] = [1, 2];

interface Segment {
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * The libraries that a shared library needs, from its dynamic section. The loader itself only names the first missing one.
 *
 * @returns sonames in the loader's order; empty if the file is not a 64-bit little-endian ELF file.
 */
export function neededLibraries(path: string): string[] {
  const file = openSync(path, 'r');
  try {
    return readNeeded((offset, size) => {
      const buffer = Buffer.alloc(size);
      return buffer.subarray(0, readSync(file, buffer, 0, size, offset));
    });
  } catch (error) {
    // The file is truncated or not valid. The loader will report that.
    if (error instanceof RangeError) return [];
    throw error;
  } finally {
    closeSync(file);
  }
}

type Read = (offset: number, size: number) => Buffer;

function readNeeded(read: Read): string[] {
  const header = read(0, 64);
  const isElf64 = header.length === 64 && header.toString('latin1', 0, 6) === '\x7fELF\x02\x01';
  if (!isElf64) return [];
  const segments = readSegments(read, header);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const entries = readEntries(read(dynamic.offset, checked(dynamic.size)));
  const entryOf = (tag: number): number => entries.find((entry) => entry.tag === tag)?.value ?? 0;
  const strings = read(offsetOf(entryOf(DT_STRTAB), segments), checked(entryOf(DT_STRSZ)));
  return entries.filter(({ tag }) => tag === DT_NEEDED).map(({ value }) => textAt(strings, value));
}

function readSegments(read: Read, header: Buffer): Segment[] {
  const [size, count] = [header.readUInt16LE(54), header.readUInt16LE(56)];
  const table = read(Number(header.readBigUInt64LE(32)), size * count);
  return Array.from({ length: count }, (_, index) => {
    const at = index * size;
    return {
      type: table.readUInt32LE(at),
      offset: Number(table.readBigUInt64LE(at + 8)),
      address: Number(table.readBigUInt64LE(at + 16)),
      size: Number(table.readBigUInt64LE(at + 32)),
    };
  });
}

function readEntries(dynamic: Buffer): { tag: number; value: number }[] {
  const entries: { tag: number; value: number }[] = [];
  for (let at = 0; at + 16 <= dynamic.length; at += 16) {
    const tag = Number(dynamic.readBigInt64LE(at));
    if (tag === DT_NULL) break;
    entries.push({ tag, value: Number(dynamic.readBigUInt64LE(at + 8)) });
  }
  return entries;
}

/** The position in the file of an address of the loaded library. */
function offsetOf(address: number, segments: readonly Segment[]): number {
  const segment = segments.find(
    (candidate) =>
      candidate.type === PT_LOAD && address >= candidate.address && address < candidate.address + candidate.size,
  );
  if (segment === undefined) throw new RangeError('an address outside the file');
  return address - segment.address + segment.offset;
}

function textAt(strings: Buffer, start: number): string {
  const end = strings.indexOf(0, start);
  return strings.toString('latin1', start, end < 0 ? strings.length : end);
}

/** A damaged file must not make this reserve gigabytes. */
function checked(size: number): number {
  if (size > 16 * 1024 ** 2) throw new RangeError('a section of an unlikely size');
  return size;
}
