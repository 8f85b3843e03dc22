import { Buffer } from 'node:buffer';
import { open } from 'node:fs/promises';

export const chunkBytes = 1024 * 1024;

/**
 * The bytes of a file from its start, up to where it ended when that was reached. Each piece has memory of its own.
 *
 * @throws {Error} where it can't be opened or read.
 */
export async function* fileChunks(path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
