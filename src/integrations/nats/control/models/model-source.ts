import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NatsConnection } from '@nats-io/transport-node';
import { ModelIntegrityError, ModelInvalidError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { codeOf } from '../../../../host/thrown.js';
import { openModelDirectory } from '../../../../models/model-directory.js';
import { during } from '../../../../models/read-file.js';
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
): Promise<string> {
  const path = join(directory, version.model, version.version);
  if (objectStore === undefined) {
    await checkModel(path, version);
    return path;
  }
  // It may be missing or damaged here, and the store may have a good one.
  const isThere = (): Promise<boolean> =>
    checkModel(path, version).then(
      () => true,
      (error: unknown) => {
        if (['ERR_MODEL_INVALID', 'ERR_MODEL_INTEGRITY'].includes(codeOf(error) ?? '')) return false;
        throw error;
      },
    );
  if (await isThere()) return path;
  await fetchModel({ connection, bucket: objectStore, directory, version, isThere, clock });
  await checkModel(path, version);
  return path;
}

/** Checks the manifest's name, version and sha256, and the sha256 of the files that it lists. @throws what `findModel` throws. */
export async function checkModel(path: string, { model, version, sha256 }: FleetVersion): Promise<void> {
  const { manifest } = await openModelDirectory(path);
  if (manifest.name !== model || manifest.version !== version) {
    const received = JSON.stringify([manifest.name, manifest.version]);
    throw new ModelInvalidError(
      `${path}: expected ${JSON.stringify([model, version])} in model.json, received ${received}`,
    );
  }
  if (sha256 === undefined) return;
  const file = join(path, 'model.json');
  const own = sha256Of(await during(file, () => readFile(file)));
  if (own !== sha256)
    throw new ModelIntegrityError(`${file}: expected sha256 ${sha256}, as the fleet's state says, received ${own}`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
