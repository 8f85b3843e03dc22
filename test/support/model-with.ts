import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FixtureModel, fixtureModel } from './paths.js';

/** Copies a model directory, with some fields of its manifest changed. @returns the copy. */
export async function modelWith(folder: string, name: FixtureModel, fields: Record<string, unknown>): Promise<string> {
  const copy = join(folder, name);
  await cp(fixtureModel(name), copy, { recursive: true });
  const manifest = JSON.parse(await readFile(join(copy, 'model.json'), 'utf8'));
  await writeFile(join(copy, 'model.json'), JSON.stringify({ ...manifest, ...fields }));
  return copy;
}
