import { defineConfig } from 'vitest/config';

/** The packed tarball in a project of its own: apart from the other tests, because it installs from the registry. */
export default defineConfig({
  test: {
    include: ['test/package/*.test.ts'],
    globalSetup: ['test/package/install.ts'],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
