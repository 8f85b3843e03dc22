import { defineConfig, type Options } from 'tsup';

const shared: Options = {
  target: 'node20',
  platform: 'node',
  sourcemap: true,
  clean: false,
  // Stack traces and error names say what the sources say.
  keepNames: true,
};

// Two builds, because the worker is loaded by Piscina from its own file and never imported:
// it needs neither a CommonJS form nor types.
export default defineConfig([
  {
    ...shared,
    entry: { index: 'src/index.ts', reference: 'models/visa-fraud/reference.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    shims: true,
  },
  {
    ...shared,
    entry: { worker: 'workers/inference-worker.ts' },
    format: ['esm'],
  },
]);
