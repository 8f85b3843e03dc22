import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../../host/thrown.js';
import { isFileName } from '../manifest-files.js';
import { during } from '../read-file.js';

/** A folder that should hold a version of a model. */
export interface VersionFolder {
  /** The name of the model: the name of the parent folder. */
  name: string;
  /** The version: the name of the folder. */
  version: string;
  /** The path below the repository as it was given, for messages. */
  given: string;
  /** The path below the real path of the repository. So swapping a link to the repository meanwhile has no effect. */
  directory: string;
}

/** The real path of a repository; null if there is no directory. */
export async function realRepository(directory: string): Promise<string | null> {
  try {
    const real = await realpath(directory);
    return (await stat(real)).isDirectory() ? real : null;
  } catch (error) {
    if (isGone(error)) return null;
    return during(directory, () => Promise.reject(error));
  }
}

/**
 * The folders `<name>/<version>` of a repository. Entries whose name begins with a dot are skipped, because Kubernetes and git store their
 * own files there.
 *
 * @param repository the directory as it was given, and its real path.
 * @throws {ModelInvalidError | OutOfResourcesError} if a model's folder exists and cannot be read.
 */
export async function versionFolders(
  repository: { given: string; real: string },
  name: string,
): Promise<VersionFolder[]> {
  if (!isFileName(name) || isHidden(name)) return [];
  const folder = join(repository.real, name);
  const entries = await during(folder, () => entriesOf(folder));
  return entries
    .filter((version) => !isHidden(version))
    .map((version) => ({
      name,
      version,
      given: join(repository.given, name, version),
      directory: join(folder, version),
    }));
}

/** Whether an error says that a path does not exist. */
export function isGone(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** `..data` of a ConfigMap begins with two dots, `.git` and `.worktrees` of git-sync with one. */
function isHidden(name: string): boolean {
  return name.startsWith('.');
}
