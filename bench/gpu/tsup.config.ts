import { execFileSync } from 'node:child_process';
import { defineConfig } from 'tsup';

/**
 * The bench for a host that has the package and its dependencies and nothing else: what it needs beside them is bundled. It lies in
 * the checkout, so that `fraud-scorer` is found by its own name, and where git does not look.
 */
export default defineConfig({
  entry: {
    main: 'bench/gpu/main.ts',
    'part-process': 'bench/gpu/part-process.ts',
    'busy-host': 'bench/gpu/faults/busy-host.ts',
    'mortal-worker': 'bench/gpu/faults/mortal-worker.mjs',
    'pacer-thread': 'bench/load/pacer-thread.mjs',
    'bare-loop': 'bench/rivals/bare-loop.mjs',
  },
  outDir: '.gpu/bench',
  outExtension: () => ({ js: '.mjs' }),
  format: ['esm'],
  target: 'node20',
  platform: 'node',
  splitting: false,
  clean: false,
  external: [/^fraud-scorer/],
  // Development dependencies are bundled by themselves; those of the package stay outside. Some are CommonJS and ask for `require`.
  noExternal: ['cli-table3', 'commander'],
  banner: {
    js: "import { createRequire as benchRequire } from 'node:module';\nconst require = benchRequire(import.meta.url);",
  },
  define: { BENCH_COMMIT: JSON.stringify(commit()) },
});

/** There is no git where it runs. */
function commit(): string | null {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
}
