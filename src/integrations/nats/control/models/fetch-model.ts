import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { ModelIntegrityError, ModelInvalidError, UnavailableError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { messageOf } from '../../../../host/thrown.js';
import { during } from '../../../../models/read-file.js';
import type { FleetVersion } from '../state/fleet-state.js';
import { fileName, openStore, readList, type StoredFile } from './stored-model.js';

/** So long a download may stand still. The client waits for ever for chunks that are not there. */
const silenceMs = 10_000;

export interface FetchOptions {
  connection: NatsConnection;
  bucket: string;
  /** The repository that the version is put into. */
  directory: string;
  version: FleetVersion;
  clock: Clock;
}

/**
 * Downloads a version into a folder of its own, checks each file's sha256, and renames the folder. So a version is never there in part, also
 * where two processes fetch it at the same time.
 *
 * @throws {ModelInvalidError} if the store does not have the version. @throws {ModelIntegrityError} if a file is another one.
 * @throws {UnavailableError} if the store does not answer.
 */
export async function fetchModel({ connection, bucket, directory, version, clock }: FetchOptions): Promise<void> {
  const { model, version: name } = version;
  const { store, files } = await reached(async () => {
    const store = await openStore(connection, bucket, null);
    return { store, files: await readList(store, model, name) };
  });
  if (files === null) {
    throw new ModelInvalidError(
      `${JSON.stringify(`${model}/${name}`)}: the object store ${JSON.stringify(bucket)} has no such version (publishModel writes it)`,
    );
  }
  const target = join(directory, model, name);
  // Names with a dot are passed over by `watchModels`.
  const incoming = join(directory, model, `.incoming-${randomUUID()}`);
  const parent = dirname(target);
  await during(parent, () => mkdir(incoming, { recursive: true }));
  try {
    for (const file of files)
      await fetchFile(store, fileName(model, name, file.file), file, join(incoming, file.file), clock);
    await putInPlace(incoming, target);
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function fetchFile(
  store: ObjectStore,
  name: string,
  { size, sha256 }: StoredFile,
  path: string,
  clock: Clock,
): Promise<void> {
  const result = await reached(() => store.get(name));
  if (result === null)
    throw new ModelInvalidError(`${JSON.stringify(name)}: it is in the version's list, and not in the object store`);
  // Rejects together with the stream, which is read below.
  result.error.catch(() => {});
  const hash = createHash('sha256');
  const file = await during(path, () => open(path, 'w'));
  const reader = result.data.getReader();
  let received = 0;
  try {
    for (;;) {
      const { done, value } = await reached(() => withinSilence(reader.read(), name, clock));
      if (done) break;
      received += value.length;
      if (received > size) break;
      hash.update(value);
      await during(path, () => file.write(value));
    }
    await during(path, () => file.sync());
  } finally {
    await reader.cancel().catch(() => {});
    await file.close();
  }
  const digest = hash.digest('hex');
  if (received === size && digest === sha256) return;
  throw new ModelIntegrityError(
    `${JSON.stringify(name)}: expected ${size} bytes with sha256 ${sha256}, received ${received > size ? 'more' : `${received} with ${digest}`}: publish the version again under another name`,
  );
}

/** Rejects if a chunk takes too long. */
async function withinSilence<T>(read: Promise<T>, name: string, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.background(silenceMs, () =>
      reject(new UnavailableError(`${JSON.stringify(name)}: no bytes came for ${silenceMs} ms`)),
    );
    read.then(resolve, reject).finally(() => timer.clear());
  });
}

/** A folder that is there already is damaged, or was put there by another process meanwhile. */
async function putInPlace(incoming: string, target: string): Promise<void> {
  await during(target, async () => {
    const old = `${incoming}-old`;
    const hadOne = await rename(target, old).then(
      () => true,
      () => false,
    );
    await rename(incoming, target);
    if (hadOne) await rm(old, { recursive: true, force: true });
  });
}

/** Turns errors of the client into one of this package. Those that say what is wrong with a model stay. */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelInvalidError || error instanceof UnavailableError) throw error;
    const message = messageOf(error);
    if (message.includes('digests do not match'))
      throw new ModelIntegrityError(`The object store has a damaged object: ${message}`, { cause: error });
    throw new UnavailableError(`The object store did not answer: ${message}`, { cause: error });
  }
}
