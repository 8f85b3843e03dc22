import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { ModelIntegrityError, ModelInvalidError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';
import { openModelDirectory } from '../../../../models/model-directory.js';
import type { FleetVersion } from '../state/fleet-state.js';
import { fetchModel } from './fetch-model.js';

/** Where a node finds models. */
export interface FleetModels {
  /**
   * A directory with `<model>/<version>/model.json`, as `watchModels` takes it. With `objectStore` it is created if it is missing, and versions
   * that it lacks are put there.
   */
  directory: string;
  /** An object store bucket with versions that `publishModel` wrote. @default none: all versions must be in `directory` */
  objectStore?: string | undefined;
}

/** A version that a node has found. */
export interface FoundModel {
  directory: string;
  /** The sha256 of its `model.json`. */
  sha256: string;
}

/**
 * The directory of a version, after its files were checked against their sha256.
 *
 * @throws {ModelInvalidError} if the version is nowhere, or its directory is not valid.
 * @throws {ModelIntegrityError} if a file, or the manifest, is another one.
 */
export async function findModel(
  { directory, objectStore }: FleetModels,
  version: FleetVersion,
  connection: NatsConnection,
  clock: Clock,
): Promise<FoundModel> {
  const path = join(directory, version.model, version.version);
  const check = async (): Promise<FoundModel> => ({ directory: path, sha256: await checkModel(path, version) });
  if (objectStore === undefined) return check();
  // It may be missing or damaged here, and the store may have a good one.
  const find = (): Promise<FoundModel | null> =>
    check().catch((error: unknown) => {
      if (['ERR_MODEL_INVALID', 'ERR_MODEL_INTEGRITY'].includes(codeOf(error) ?? '')) return null;
      throw error;
    });
  const found = await find();
  if (found !== null) return found;
  const isThere = async (): Promise<boolean> => (await find()) !== null;
  await fetchModel({ connection, bucket: objectStore, directory, version, isThere, clock });
  return check();
}

/**
 * Checks the manifest's name, version and sha256, and the sha256 of the files that it lists.
 *
 * @returns the sha256 of the manifest.
 * @throws what `findModel` throws.
 */
export async function checkModel(path: string, { model, version, sha256 }: FleetVersion): Promise<string> {
  const { manifest, manifestSha256 } = await openModelDirectory(path);
  if (manifest.name !== model || manifest.version !== version) {
    const received = JSON.stringify([manifest.name, manifest.version]);
    throw new ModelInvalidError(
      `${path}: expected ${JSON.stringify([model, version])} in model.json, received ${received}`,
    );
  }
  if (sha256 === undefined || sha256 === manifestSha256) return manifestSha256;
  throw new ModelIntegrityError(
    `${join(path, 'model.json')}: expected sha256 ${sha256}, as the fleet's state says, received ${manifestSha256}`,
  );
}
