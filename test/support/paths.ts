import { fileURLToPath } from 'node:url';

/** An absolute path from one relative to the project's root. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}

export const goldenModel = projectPath('test/fixtures/golden');

export function fixtureModel(name: 'linear' | 'linear-off' | 'sqrt' | 'failing' | 'disagreeing'): string {
  return projectPath(`test/fixtures/models/${name}`);
}
