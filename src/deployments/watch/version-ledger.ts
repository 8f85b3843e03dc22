import type { FoundVersion, WatchedDeployment } from '../../api/watch.js';

/** A version that looked the same, and complete, in two looks running. */
export interface SettledVersion extends FoundVersion {
  /** The directory as it was given, for messages. */
  given: string;
  /** The same as long as its contents are. */
  print: string;
  /** The same as long as its manifest is, and by it the model and its weights. */
  modelPrint: string;
}

/**
 * `new`: to be deployed or offered. `known`: dealt with. `changed`: it is or was live, with other contents. `taken`: another model's version
 * of that name is or was live.
 */
export type Verdict = 'new' | 'known' | 'changed' | 'taken';

interface LiveVersion {
  name: string;
  /** Of what is or was live; null until the version is seen in the repository. */
  modelPrint: string | null;
}

/** Remembers what became of versions, so that none is deployed twice. */
export class VersionLedger {
  /** By version: all that are or were live. */
  readonly #live = new Map<string, LiveVersion>();
  /** By name and version: the print of what was refused, failed, or was passed over for a newer one. */
  readonly #closed = new Map<string, string>();

  /** Takes down what the scorer says is live, or was. */
  noteLive(deployments: readonly WatchedDeployment[]): void {
    for (const { name, version } of deployments) {
      if (!this.#live.has(version)) this.#live.set(version, { name, modelPrint: null });
    }
  }

  /** The name of the model whose version of that name is or was live; null where there was none. */
  modelOf(version: string): string | null {
    return this.#live.get(version)?.name ?? null;
  }

  judge(found: SettledVersion): Verdict {
    const live = this.#live.get(found.version);
    if (live === undefined) return this.#closed.get(keyOf(found)) === found.print ? 'known' : 'new';
    if (live.name !== found.name) return 'taken';
    // It was deployed by other means: what is seen first is taken for it.
    live.modelPrint ??= found.modelPrint;
    return live.modelPrint === found.modelPrint ? 'known' : 'changed';
  }

  /** It was deployed just now. */
  noteDeployed({ name, version, modelPrint }: SettledVersion): void {
    this.#live.set(version, { name, modelPrint });
  }

  /** It is not deployed, unless its contents change. */
  close(found: SettledVersion): void {
    this.#closed.set(keyOf(found), found.print);
  }
}

function keyOf({ name, version }: FoundVersion): string {
  return JSON.stringify([name, version]);
}
