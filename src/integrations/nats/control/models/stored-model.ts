import type { ObjectStore, Objm } from '@nats-io/obj';
import type { NatsConnection } from '@nats-io/transport-node';
import { describeIssues } from '../../../../errors/issue.js';
import { ModelInvalidError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { messageOf } from '../../../../host/thrown.js';
import { isFileName, isSha256 } from '../../../../models/manifest-files.js';
import { FieldReader } from '../../../../validation/field-reader.js';
import { requireConnection } from '../../fields.js';
import { loadPeer } from '../../optional-peer.js';
import { answered } from '../answered.js';
import { chunksOf, reached } from './stored-object.js';

/** A file of a version in an object store. */
export interface StoredFile {
  file: string;
  /** In bytes. */
  size: number;
  sha256: string;
}

/** More files, or a longer list, are refused. */
const maxFiles = 1_000;
const maxListBytes = 1 << 20;

/** The name of the list of a version's files. It is written last, so a version without it is not complete. */
export function listName(model: string, version: string): string {
  return `${model}/${version}`;
}

/** Files of one name and other contents are other objects, so that two who publish a version at the same time do not mix theirs. */
export function fileName(model: string, version: string, { file, sha256 }: StoredFile): string {
  return `${model}/${version}/${sha256}/${file}`;
}

/** Creates the bucket if it is missing. @throws {InvalidOptionsError} if `@nats-io/obj` is not installed. */
export async function createStore(connection: NatsConnection, bucket: string, replicas: number): Promise<ObjectStore> {
  const stores = await storesOf(connection);
  const cure =
    ' (a bucket that is missing is created by the first who publishes with the permission $JS.API.STREAM.CREATE.*)';
  return answered(`The object store ${bucket} cannot be opened`, stores.create(bucket, { replicas }), cure);
}

/**
 * @throws {ModelInvalidError} if there is no such bucket, so that it has no version at all.
 * @throws {UnavailableError} if the server does not answer.
 */
export async function openStore(connection: NatsConnection, bucket: string): Promise<ObjectStore> {
  const stores = await storesOf(connection);
  return reached(() =>
    stores.open(bucket).catch((error: unknown) => {
      // The client gives no code.
      if (messageOf(error) !== 'object store not found') throw error;
      throw new ModelInvalidError(
        `The object store ${JSON.stringify(bucket)} does not exist (publishModel creates it)`,
      );
    }),
  );
}

async function storesOf(connection: NatsConnection): Promise<Objm> {
  requireConnection(connection);
  const client = await loadPeer('@nats-io/obj', () => import('@nats-io/obj'));
  return new client.Objm(connection);
}

/**
 * The files of a version; null if the store does not have it.
 *
 * @throws {ModelInvalidError} if the list is not valid. Otherwise as `chunksOf`.
 */
export async function readList(
  store: ObjectStore,
  model: string,
  version: string,
  clock: Clock,
): Promise<readonly StoredFile[] | null> {
  const name = listName(model, version);
  const info = await reached(() => store.info(name));
  if (info === null || info.deleted) return null;
  if (info.size > maxListBytes) throw refused(name, `expected at most ${maxListBytes} bytes, received ${info.size}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(store, name, clock)) chunks.push(chunk);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw refused(name, 'expected JSON, received something else');
  }
  const reader = new FieldReader(json ?? null, 'list');
  const items = reader.required('files', `a list of at most ${maxFiles} files`, isShortList) ?? [];
  const files = items.map((item, index): StoredFile => {
    const fields = new FieldReader(item ?? null, `files[${index}]`, reader.issues);
    return {
      file: fields.required('file', 'the name of a file', isFileName) ?? '',
      size: fields.number('size', 0, { min: 0, integer: true }),
      sha256: (fields.required('sha256', '64 hexadecimal digits', isSha256) ?? '').toLowerCase(),
    };
  });
  const { issues } = reader;
  if (issues.total > 0) throw refused(name, describeIssues(issues.listed, issues.total));
  return files;
}

export function encodeList(files: readonly StoredFile[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ files }));
}

function refused(name: string, problem: string): ModelInvalidError {
  return new ModelInvalidError(`The list of ${JSON.stringify(name)} in the object store: ${problem}`);
}

function isShortList(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length <= maxFiles;
}
