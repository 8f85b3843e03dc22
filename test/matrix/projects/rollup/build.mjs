import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import nodeResolve from '@rollup/plugin-node-resolve';
import { rollup } from 'rollup';

const bundle = await rollup({
  input: 'host.mjs',
  external: ['piscina', 'onnxruntime-node', /^node:/],
  plugins: [nodeResolve({ preferBuiltins: true }), commonjs(), json()],
});
await bundle.write({ file: 'out/host.mjs', format: 'es' });
// The workers run from files of their own.
for (const name of ['worker', 'tool-worker', 'records-worker']) {
  await copyFile(fileURLToPath(import.meta.resolve(`fraud-scorer/${name}`)), `out/fraud-${name}.mjs`);
}
