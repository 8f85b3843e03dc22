import { type BrokenVersion, lookAtVersion, type WholeVersion } from '../../models/repository/look-at-version.js';
import type { RepositoryFiles } from '../../models/repository/repository-files.js';
import type { VersionFolder } from '../../models/repository/version-folders.js';

/** Tells settled versions from those that are still being written. A version has settled if it looks the same in two checks in a row. */
export class SettledVersions {
  readonly #files: RepositoryFiles;
  /** By folder: the result of the last check. */
  #last = new Map<string, string>();
  #seen = new Map<string, string>();

  constructor(files: RepositoryFiles) {
    this.#files = files;
  }

  /**
   * Checks a folder.
   *
   * @returns null if it has no version, or if it looks different from the last check.
   * @throws what `lookAtVersion` throws.
   */
  async see(folder: VersionFolder): Promise<WholeVersion | BrokenVersion | null> {
    const look = await lookAtVersion(folder, this.#files);
    if (look.state === 'absent' || look.state === 'changing') return null;
    const print = `${look.state} ${look.print}`;
    this.#seen.set(folder.given, print);
    return this.#last.get(folder.given) === print ? look : null;
  }

  /** Ends a check. Folders that were not seen in it start again. */
  endLook(): void {
    this.#last = this.#seen;
    this.#seen = new Map();
    this.#files.sweep();
  }
}
