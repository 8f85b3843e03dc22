import { build } from 'esbuild';
import { watPlugin } from '../workers/serving/kernels/wat-plugin.js';

/** Builds the entries of workers and of the process that adopts, so that tests that run the sources never meet a stale or missing one. */
export async function setup(): Promise<void> {
  await build({
    entryPoints: { worker: 'workers/serving/inference-worker.ts', 'tool-worker': 'workers/tools/tool-worker.ts' },
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    plugins: [watPlugin],
    logLevel: 'error',
  });
  await build({
    entryPoints: { 'adopt-process': 'src/tools/adopt/adopt-process.ts' },
    outdir: 'dist',
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
}
