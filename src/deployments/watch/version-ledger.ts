import type { FoundVersion, WatchedDeployment } from '../../api/watch.js';

/** A complete version that looked the same in two checks in a row. */
export interface SettledVersion extends FoundVersion {
  /** The directory as it was given, for messages. */
  given: string;
  /** A fingerprint of its contents. */
  print: string;
  /** A fingerprint of its manifest, which covers the model and its weights. */
  modelPrint: string;
}

/**
 * `new`: must be deployed or offered. `known`: nothing to do. `changed`: it is or was live with other contents. `taken`: a version of that
 * name of another model is or was live.
 */
export type Verdict = 'new' | 'known' | 'changed' | 'taken';

interface LiveVersion {
  name: string;
  /** The fingerprint of the live version; null until the version is seen in the repository. */
  modelPrint: string | null;
}

/** Remembers the state of versions, so that none is deployed twice. */
export class VersionLedger {
  /** By version: all that are or were live. */
  readonly #live = new Map<string, LiveVersion>();
  /** By name and version: the fingerprint of a version that was refused, failed, or was skipped for a newer one. */
  readonly #closed = new Map<string, string>();

  /** Records the versions that the scorer reports as live or formerly live. */
  noteLive(deployments: readonly WatchedDeployment[]): void {
    for (const { name, version } of deployments) {
      if (!this.#live.has(version)) this.#live.set(version, { name, modelPrint: null });
    }
  }

  /** The model name of the live or formerly live version of that name; null if there was none. */
  modelOf(version: string): string | null {
    return this.#live.get(version)?.name ?? null;
  }

  judge(found: SettledVersion): Verdict {
    const live = this.#live.get(found.version);
    if (live === undefined) return this.#closed.get(keyOf(found)) === found.print ? 'known' : 'new';
    if (live.name !== found.name) return 'taken';
    // It was deployed by other means. The first contents that are seen count as its contents.
    live.modelPrint ??= found.modelPrint;
    return live.modelPrint === found.modelPrint ? 'known' : 'changed';
  }

  /** It was deployed just now. */
  noteDeployed({ name, version, modelPrint }: SettledVersion): void {
    this.#live.set(version, { name, modelPrint });
  }

  /** It is not deployed unless its contents change. */
  close(found: SettledVersion): void {
    this.#closed.set(keyOf(found), found.print);
  }
}

function keyOf({ name, version }: FoundVersion): string {
  return JSON.stringify([name, version]);
}
