import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectPath } from './paths.js';

/** Writes the files of docs/testing.md, whose blocks of code begin with their names, into a project. @returns the names. */
export async function writeRecipes(project: string): Promise<string[]> {
  const docs = await readFile(projectPath('docs/testing.md'), 'utf8');
  const files = [...docs.matchAll(/```js\n\/\/ ([\w./-]+)\n([\s\S]*?)```/g)];
  for (const [, name = '', source = ''] of files) {
    const path = join(project, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, source);
  }
  return files.map(([, name = '']) => name);
}
