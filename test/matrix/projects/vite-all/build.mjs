import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

await build();
// The workers run from files of their own.
for (const name of ['worker', 'tool-worker', 'records-worker']) {
  await copyFile(fileURLToPath(import.meta.resolve(`fraud-scorer/${name}`)), `out/fraud-${name}.mjs`);
}
