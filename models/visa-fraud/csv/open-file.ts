import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputFileError } from './input-file-error.js';

export interface OpenFile {
  /** The file's text, unpacked. */
  content: Readable;
  /** Bytes of the file read so far, packed as they may be, and all of them: what a progress bar needs. */
  bytesRead: () => number;
  totalBytes: number;
}

/** Opens a file, packed with gzip (whatever its name) or not. @throws InputFileError */
export async function openFile(file: string): Promise<OpenFile> {
  try {
    const handle = await open(file, 'r');
    const start = new Uint8Array(2);
    const { bytesRead } = await handle.read(start, 0, 2, 0);
    const { size } = await handle.stat();
    const raw = createReadStream(file, { fd: handle, start: 0, highWaterMark: 1 << 18 });
    const packed = bytesRead === 2 && start[0] === 0x1f && start[1] === 0x8b;
    // Errors travel down the pipeline to whoever reads its end; the callback only keeps them from being unhandled.
    const content = packed ? pipeline(raw, createGunzip({ chunkSize: 1 << 18 }), () => {}) : raw;
    return { content, bytesRead: () => raw.bytesRead, totalBytes: size };
  } catch (error) {
    throw new InputFileError(file, error);
  }
}
