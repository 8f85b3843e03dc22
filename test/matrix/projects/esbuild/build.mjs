import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

await build({
  entryPoints: ['host.mjs'],
  outfile: 'out/host.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['piscina', 'onnxruntime-node'],
});
// The workers run from files of their own.
for (const name of ['worker', 'tool-worker', 'records-worker']) {
  await copyFile(fileURLToPath(import.meta.resolve(`fraud-scorer/${name}`)), `out/fraud-${name}.mjs`);
}
