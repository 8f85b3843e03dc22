import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ModelFile } from '../src/pool/protocol.js';

/** The file is no longer the one that was checked. */
export class IntegrityError extends Error {}

/**
 * Reads a model file. What is hashed is what is loaded, whatever becomes of the file meanwhile; and from memory the runtime reads no
 * file beside it, which no hash covers.
 *
 * @throws {IntegrityError} where its sha256 is another.
 */
export async function readChecked({ modelPath, sha256 }: ModelFile): Promise<Uint8Array> {
  const bytes = await readFile(modelPath);
  const received = createHash('sha256').update(bytes).digest('hex');
  if (received === sha256) return bytes;
  throw new IntegrityError(`${modelPath}: expected sha256 ${sha256}, received ${received}`);
}
