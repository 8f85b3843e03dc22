import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectInfo, ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { InvalidOptionsError, ModelInvalidError, UnavailableError } from '../../../../errors.js';
import { systemClock } from '../../../../host/clock.js';
import { openModelDirectory } from '../../../../models/model-directory.js';
import { during, isThere } from '../../../../models/read-file.js';
import { answered } from '../answered.js';
import { expectedModelName, isModelName } from '../state/names.js';
import { putFile } from './put-file.js';
import { createStore, encodeList, fileName, listName, readList, type StoredFile } from './stored-model.js';

const writing = 'The model cannot be written to the object store';

/** A version in an object store. */
export interface PublishedModel {
  model: string;
  version: string;
  /** The sha256 of its `model.json`, for `FleetDeployments.deploy`. */
  sha256: string;
}

/** Options of `publishModel`. */
export interface PublishOptions {
  /** Replicas of the bucket, if it is created. @default 1 */
  replicas?: number | undefined;
}

/**
 * Writes a model directory to an object store bucket, from which nodes fetch it. The bucket is created if it is missing. The files go first and
 * the list of them last, so that no node sees a version in part. Publishing the same contents again does nothing.
 *
 * @param directory the model directory: `model.json`, the files that it lists, and `cases.json` if there is one.
 * @throws {ModelInvalidError} if the directory is not valid, or the bucket has this version with other contents, also those of somebody who
 * publishes at the same time and is first.
 * @throws {ModelIntegrityError} if a file's sha256 differs from the manifest's, or changes while it is published.
 * @throws {InvalidOptionsError} if `@nats-io/obj` is not installed, or the bucket's objects end after a time.
 * @throws {UnavailableError} if NATS does not answer, or the user has no permission.
 */
export async function publishModel(
  connection: NatsConnection,
  bucket: string,
  directory: string,
  { replicas = 1 }: PublishOptions = {},
): Promise<PublishedModel> {
  const store = await createStore(connection, bucket, replicas);
  await requireNoTtl(store, bucket);
  const { manifest } = await openModelDirectory(directory);
  const { name: model, version } = manifest;
  for (const name of [model, version]) {
    if (!isModelName(name))
      throw new ModelInvalidError(
        `${directory}: a fleet needs ${expectedModelName} as name and version, received ${JSON.stringify(name)}`,
      );
  }
  const cases = (await isThere(join(directory, 'cases.json'))) ? ['cases.json'] : [];
  const names = ['model.json', manifest.file, ...manifest.files.map(({ file }) => file), ...cases];
  const files: StoredFile[] = [];
  for (const file of names) files.push(await measure(join(directory, file), file));
  const contents = { model, version, files };
  const there = await readList(store, model, version, systemClock);
  if (there === null) await upload(store, directory, contents);
  else requireSame(there, contents);
  return { model, version, sha256: files[0]?.sha256 ?? '' };
}

/** Nodes that join later need the files too. */
async function requireNoTtl(store: ObjectStore, bucket: string): Promise<void> {
  const { ttl } = await store.status();
  if (ttl === 0) return;
  const received = `a ttl of ${ttl / 1e6} ms (nats stream edit OBJ_${bucket} changes it)`;
  throw new InvalidOptionsError([{ path: bucket, expected: 'an object store whose objects stay: no ttl', received }]);
}

interface Contents {
  model: string;
  version: string;
  files: readonly StoredFile[];
}

/** @throws {ModelInvalidError} if somebody else publishes other contents meanwhile, and is first. */
async function upload(store: ObjectStore, directory: string, contents: Contents): Promise<void> {
  const { model, version, files } = contents;
  for (const file of files)
    await answered(writing, putFile(store, join(directory, file.file), fileName(model, version, file), file));
  if (await answered(writing, putList(store, contents))) return;
  const first = await readList(store, model, version, systemClock);
  if (first === null) throw new UnavailableError(`${writing}: its list was removed meanwhile`);
  const isOfFirst = (file: StoredFile): boolean =>
    first.some((one) => one.file === file.file && one.sha256 === file.sha256);
  for (const file of files.filter((file) => !isOfFirst(file))) {
    // A user may lack the permission to remove them. They take space, and nothing names them.
    await store.delete(fileName(model, version, file)).catch(() => {});
  }
  requireSame(first, contents);
}

/** @returns false if somebody else has written it meanwhile. */
async function putList(store: ObjectStore, { model, version, files }: Contents): Promise<boolean> {
  const name = listName(model, version);
  const isThere = (info: ObjectInfo | null): boolean => info !== null && !info.deleted;
  const there = await store.info(name);
  if (isThere(there)) return false;
  try {
    await store.putBlob({ name }, encodeList(files), { previousRevision: there?.revision ?? 0 });
    return true;
  } catch (error) {
    // The error does not tell: if the client may not remove what it has written, its error is about that.
    if (isThere(await store.info(name))) return false;
    throw error;
  }
}

function requireSame(there: readonly StoredFile[], { model, version, files }: Contents): void {
  if (isSame(there, files)) return;
  const received = `${JSON.stringify(`${model}/${version}`)} with other contents`;
  throw new ModelInvalidError(`The object store has ${received}: give these a version of their own`);
}

async function measure(path: string, file: string): Promise<StoredFile> {
  return during(path, async () => {
    const { size } = await stat(path);
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk);
    return { file, size, sha256: hash.digest('hex') };
  });
}

function isSame(one: readonly StoredFile[], other: readonly StoredFile[]): boolean {
  const print = (files: readonly StoredFile[]): string =>
    files
      .map(({ file, sha256 }) => `${file} ${sha256}`)
      .sort()
      .join('\n');
  return print(one) === print(other);
}
