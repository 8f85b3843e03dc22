import { writeFileSync } from 'node:fs';

const [PT_LOAD, PT_DYNAMIC, PT_GNU_STACK] = [1, 2, 0x6474e551];
const [DT_NEEDED, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT] = [1, 5, 6, 10, 11];
const machines: Partial<Record<NodeJS.Architecture, number>> = { x64: 62, arm64: 183 };

export interface SharedObject {
  /** Sonames of what it needs. */
  needs?: readonly string[];
  /** Put into the file as a text of its own, as a provider carries the runtime's version. */
  text?: string;
}

/**
 * Writes the smallest shared library that the loader takes, without a compiler: a header, one segment, and a dynamic section that
 * names what it needs. It has no function in it.
 */
export function writeSharedObject(path: string, { needs = [], text = '' }: SharedObject = {}): void {
  const [headerSize, segmentSize, segments, entrySize, symbolSize] = [64, 56, 3, 16, 24];
  const strings = Buffer.from(`\0${needs.map((name) => `${name}\0`).join('')}\0${text}\0`, 'latin1');
  const dynamicAt = headerSize + segments * segmentSize;
  const dynamicSize = (needs.length + 5) * entrySize;
  const symbolsAt = dynamicAt + dynamicSize;
  const stringsAt = symbolsAt + symbolSize;
  const file = Buffer.alloc(stringsAt + strings.length);
  file.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  file.writeUInt16LE(3, 16);
  file.writeUInt16LE(machines[process.arch] ?? 0, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(headerSize), 32);
  file.writeUInt16LE(headerSize, 52);
  file.writeUInt16LE(segmentSize, 54);
  file.writeUInt16LE(segments, 56);
  const writeSegment = (index: number, type: number, at: number, size: number): void => {
    const start = headerSize + index * segmentSize;
    file.writeUInt32LE(type, start);
    // Readable and writable, and nothing of it executable.
    file.writeUInt32LE(6, start + 4);
    for (const offset of [8, 16, 24]) file.writeBigUInt64LE(BigInt(at), start + offset);
    for (const offset of [32, 40]) file.writeBigUInt64LE(BigInt(size), start + offset);
    file.writeBigUInt64LE(type === PT_LOAD ? 0x10000n : 8n, start + 48);
  };
  writeSegment(0, PT_LOAD, 0, file.length);
  writeSegment(1, PT_DYNAMIC, dynamicAt, dynamicSize);
  writeSegment(2, PT_GNU_STACK, 0, 0);
  let offset = 1;
  const entries: [tag: number, value: number][] = [];
  for (const name of needs) {
    entries.push([DT_NEEDED, offset]);
    offset += name.length + 1;
  }
  entries.push([DT_STRTAB, stringsAt], [DT_SYMTAB, symbolsAt], [DT_STRSZ, strings.length], [DT_SYMENT, symbolSize]);
  for (const [index, [tag, value]] of [...entries, [0, 0] as const].entries()) {
    file.writeBigInt64LE(BigInt(tag), dynamicAt + index * entrySize);
    file.writeBigUInt64LE(BigInt(value), dynamicAt + index * entrySize + 8);
  }
  strings.copy(file, stringsAt);
  writeFileSync(path, file);
}
