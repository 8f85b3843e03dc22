import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObjectStore } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { ModelIntegrityError, ModelInvalidError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { during } from '../../../../models/read-file.js';
import type { FleetVersion } from '../state/fleet-state.js';
import { underLock } from './folder-lock.js';
import { fileName, openStore, readList, type StoredFile } from './stored-model.js';
import { chunksOf } from './stored-object.js';

/** Folders whose names begin so are not complete. `watchModels` passes over names with a dot. */
const incomingPrefix = '.incoming-';

/** What a process that was killed has left behind is removed after this time, in ms. */
const leftBehindMs = 3_600_000;

export interface FetchOptions {
  connection: NatsConnection;
  bucket: string;
  /** The repository that the version is put into. */
  directory: string;
  version: FleetVersion;
  /** Whether the repository has the version by now, whole. */
  isThere: () => Promise<boolean>;
  clock: Clock;
}

/**
 * Downloads a version into a folder of its own, checks each file's sha256, and renames the folder. So a version is never there in part. Where two
 * processes fetch it into the same repository, the first one puts it there, and the other uses it.
 *
 * @throws {ModelInvalidError} if the store does not have the version. @throws {ModelIntegrityError} if a file is another one.
 * @throws {UnavailableError} if the store does not answer.
 */
export async function fetchModel(options: FetchOptions): Promise<void> {
  const { connection, bucket, directory, version, clock } = options;
  const { model, version: name } = version;
  const store = await openStore(connection, bucket);
  const files = await readList(store, model, name, clock);
  if (files === null) {
    throw new ModelInvalidError(
      `${JSON.stringify(`${model}/${name}`)}: the object store ${JSON.stringify(bucket)} has no such version (publishModel writes it)`,
    );
  }
  const parent = join(directory, model);
  const incoming = join(parent, incomingPrefix + randomUUID());
  await during(parent, () => mkdir(incoming, { recursive: true }));
  await removeLeftBehind(parent, incoming);
  try {
    for (const file of files)
      await fetchFile(store, fileName(model, name, file), file, join(incoming, file.file), clock);
    await putInPlace(incoming, join(parent, name), options);
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
  const hash = createHash('sha256');
  const file = await during(path, () => open(path, 'w'));
  let received = 0;
  try {
    for await (const chunk of chunksOf(store, name, clock)) {
      received += chunk.length;
      if (received > size) break;
      hash.update(chunk);
      await during(path, () => file.writeFile(chunk));
    }
    await during(path, () => file.sync());
  } finally {
    await file.close();
  }
  const digest = hash.digest('hex');
  if (received === size && digest === sha256) return;
  throw new ModelIntegrityError(
    `${JSON.stringify(name)}: expected ${size} bytes with sha256 ${sha256}, received ${received > size ? 'more' : `${received} with ${digest}`}: publish the version again under another name`,
  );
}

/**
 * A folder that is whole is never moved, because other processes may be reading it. So one that is damaged is looked at again before it is put aside,
 * and by one process at a time.
 */
async function putInPlace(incoming: string, target: string, { isThere, clock }: FetchOptions): Promise<void> {
  // This fails if there is a folder that is not empty.
  const put = (): Promise<boolean> =>
    rename(incoming, target).then(
      () => true,
      () => false,
    );
  if ((await put()) || (await isThere())) return;
  const lock = join(dirname(target), `.lock-${basename(target)}`);
  await during(target, () =>
    underLock(lock, clock, async () => {
      if (await isThere()) return;
      const aside = `${incoming}-aside`;
      await rename(target, aside).then(
        () => rm(aside, { recursive: true, force: true }),
        () => {},
      );
      if ((await put()) || (await isThere())) return;
      await rename(incoming, target);
    }),
  );
}

/**
 * Downloads of processes that were killed.
 *
 * @param incoming a folder that was just made. Its time is compared with theirs, because the clock of a shared file system may be hours away from ours.
 */
async function removeLeftBehind(parent: string, incoming: string): Promise<void> {
  const { mtimeMs: now } = await during(incoming, () => stat(incoming));
  const names = await readdir(parent).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(incomingPrefix)) continue;
    const path = join(parent, name);
    const changedAt = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => now,
    );
    if (now - changedAt > leftBehindMs) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
