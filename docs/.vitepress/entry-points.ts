import { existsSync, readFileSync } from 'node:fs';
import { projectRoot } from './project-root.js';

/** Where the sources of a subpath are looked for, in this order. */
const placesOf = (name: string): string[] => [
  `src/integrations/${name}/index.ts`,
  `src/${name}/index.ts`,
  `src/${name}.ts`,
  `models/visa-fraud/${name}.ts`,
];

/** A subpath of the package and the source file that has its public names. */
export interface EntryPoint {
  /** As it is imported: `fraud-scorer` or `fraud-scorer/http`. */
  specifier: string;
  /** Of the source file, from the project's root. */
  source: string;
}

/**
 * Every subpath of `package.json` that has types.
 *
 * @throws {Error} where the source of one cannot be found.
 */
export function entryPoints(): EntryPoint[] {
  const { exports } = JSON.parse(readFileSync(`${projectRoot}/package.json`, 'utf8')) as { exports: Exports };
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && 'import' in target)
    .map(([subpath]) => {
      if (subpath === '.') return { specifier: 'fraud-scorer', source: 'src/index.ts' };
      const name = subpath.slice('./'.length);
      const source = placesOf(name).find((place) => existsSync(`${projectRoot}/${place}`));
      if (source === undefined) {
        throw new Error(`${subpath} of package.json: expected its source in one of ${placesOf(name).join(', ')}`);
      }
      return { specifier: `fraud-scorer/${name}`, source };
    });
}

type Exports = Readonly<Record<string, string | Readonly<Record<string, unknown>>>>;
