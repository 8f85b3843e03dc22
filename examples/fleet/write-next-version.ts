import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const packageFile = createRequire(import.meta.url).resolve('fraud-scorer/package.json');
/** The model that the package comes with. */
export const firstModel = join(dirname(packageFile), 'models/visa-fraud/1');

/** The model that the package comes with, under another version. A team has a model that it has trained. @returns its directory. */
export async function writeNextVersion(folder: string, version: string): Promise<string> {
  const directory = join(folder, 'trained', version);
  await mkdir(join(folder, 'trained'), { recursive: true });
  await cp(firstModel, directory, { recursive: true });
  const manifest = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
  await writeFile(join(directory, 'model.json'), JSON.stringify({ ...manifest, version }));
  return directory;
}
