import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ObjectInfo, ObjectStore } from '@nats-io/obj';
import { ModelIntegrityError } from '../../../../errors.js';
import type { StoredFile } from './stored-model.js';

/**
 * Writes a file to an object store, unless it is there: a node may be reading it.
 *
 * @param name of the object.
 * @throws {ModelIntegrityError} if it is not the file that was measured.
 */
export async function putFile(
  store: ObjectStore,
  path: string,
  name: string,
  { file, sha256 }: StoredFile,
): Promise<void> {
  const digest = `SHA-256=${Buffer.from(sha256, 'hex').toString('base64url')}`;
  const isSame = (info: ObjectInfo | null): boolean => info !== null && trimmed(info.digest) === digest;
  const there = await store.info(name);
  if (there?.deleted !== true && isSame(there)) return;
  const bytes: ReadableStream<Uint8Array> = Readable.toWeb(createReadStream(path));
  if (isSame(await store.put({ name }, bytes))) return;
  // A user may lack the permission to remove it. No list names it, and the next who publishes writes it again.
  await store.delete(name).catch(() => {});
  throw new ModelIntegrityError(
    `${file}: expected a file that does not change while it is published; publish it again`,
  );
}

/** The client writes digests with padding; other clients may not. */
function trimmed(digest: string): string {
  return digest.replace(/=+$/, '');
}
