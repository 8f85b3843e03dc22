import type { FeatureNames } from './feature-names.js';

/** The feature names that any version of a scorer knows. A request may also have the names of another version. */
export class KnownNames {
  readonly #versions = new Set<VersionNames>();

  add(version: VersionNames): void {
    this.#versions.add(version);
  }

  remove(version: VersionNames): void {
    this.#versions.delete(version);
  }

  /** @param input the input of the feature; null for a name at the top level. */
  has(name: string, input: string | null): boolean {
    for (const { inputs, names } of this.#versions) {
      const scope = input === null ? names.top : names.within[inputs.indexOf(input)];
      if (scope?.has(name)) return true;
    }
    return false;
  }

  hasInput(name: string): boolean {
    return this.inputs().includes(name);
  }

  inputs(): string[] {
    return [...this.#versions].flatMap(({ inputs }) => inputs);
  }

  /** The names that the caller may have meant. */
  all(input: string | null): string[] {
    return [...this.#versions].flatMap(({ inputs, names }) => {
      const scope = input === null ? names.top : names.within[inputs.indexOf(input)];
      return scope?.names ?? [];
    });
  }
}

/** The names of one version. */
export interface VersionNames {
  readonly inputs: readonly string[];
  readonly names: FeatureNames;
}

/** How a version reads features. */
export interface FeatureReaderOptions {
  /** Ignores names that no version knows, instead of refusing them. */
  ignoresUnknown: boolean;
  /** The names of all versions, this one included. */
  known: KnownNames;
}
