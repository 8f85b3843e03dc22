import { build } from 'esbuild';
import { watPlugin } from '../workers/kernels/wat-plugin.js';

/** Builds the worker's entry, so that tests that run the sources never meet a stale or missing one. */
export async function setup(): Promise<void> {
  await build({
    entryPoints: { worker: 'workers/inference-worker.ts', 'tool-worker': 'workers/tool-worker.ts' },
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [watPlugin],
    logLevel: 'error',
  });
}
