import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';
import wabt from 'wabt';

/** @throws {Error} with line and column, if the text is not valid WebAssembly. */
export async function compileWat(path: string): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const module = parseWat(path, await readFile(path, 'utf8'), { simd: true });
  module.resolveNames();
  module.validate();
  return module.toBinary({}).buffer;
}

/** For the bundler: `import binary from './x.wat'` gives the binary's bytes. */
export const watPlugin: Plugin = {
  name: 'wat',
  setup(build) {
    build.onLoad({ filter: /\.wat$/ }, async ({ path }) => ({ contents: await compileWat(path), loader: 'binary' }));
  },
};
