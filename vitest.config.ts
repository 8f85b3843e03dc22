import { configDefaults, defineConfig } from 'vitest/config';
import { buildPage } from './src/dashboard/page-plugin.js';
import { compileWat } from './workers/serving/kernels/wat-plugin.js';

export default defineConfig({
  plugins: [
    {
      name: 'wat',
      enforce: 'pre',
      async load(id) {
        return id.endsWith('.wat') ? `export default Uint8Array.of(${await compileWat(id)})` : null;
      },
    },
    {
      name: 'live-page',
      enforce: 'pre',
      async load(id) {
        return id.endsWith('/dashboard/page/page.html')
          ? `export default ${JSON.stringify(await buildPage(id))}`
          : null;
      },
    },
  ],
  resolve: {
    // The sources know the workers beside the published files only.
    alias: [{ find: /^.*\/packaged-files\.js$/, replacement: `${import.meta.dirname}/test/support/packaged-files.ts` }],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:package` installs from the registry; `npm run test:docs` needs the built site.
    exclude: [...configDefaults.exclude, 'test/package/**', 'test/docs/**', 'test/exports/.venv/**'],
    globalSetup: ['test/global-setup.ts'],
    // Real worker threads and child processes: two cores cannot run many such files side by side.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
