import { build } from 'esbuild';

await build({
  entryPoints: ['host.mjs'],
  outfile: 'out/host.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['fraud-scorer'],
});
