import { type BrokenVersion, lookAtVersion, type WholeVersion } from '../../models/repository/look-at-version.js';
import type { RepositoryFiles } from '../../models/repository/repository-files.js';
import type { VersionFolder } from '../../models/repository/version-folders.js';

/** Tells versions that have settled from those that are being written: they look the same in two looks running. */
export class SettledVersions {
  readonly #files: RepositoryFiles;
  /** By folder: what the last look saw. */
  #last = new Map<string, string>();
  #seen = new Map<string, string>();

  constructor(files: RepositoryFiles) {
    this.#files = files;
  }

  /**
   * Looks at a folder.
   *
   * @returns null where there is no version, or it does not look as it did in the look before.
   * @throws as `lookAtVersion` does.
   */
  async see(folder: VersionFolder): Promise<WholeVersion | BrokenVersion | null> {
    const look = await lookAtVersion(folder, this.#files);
    if (look.state === 'absent' || look.state === 'changing') return null;
    const print = `${look.state} ${look.print}`;
    this.#seen.set(folder.given, print);
    return this.#last.get(folder.given) === print ? look : null;
  }

  /** Ends a look: folders that were not seen in it begin anew. */
  endLook(): void {
    this.#last = this.#seen;
    this.#seen = new Map();
    this.#files.sweep();
  }
}
