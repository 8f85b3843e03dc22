import { defineConfig } from 'vitest/config';

/** The pages of `docs`, the README and the built site: apart from the other tests, because the site takes a minute to build. */
export default defineConfig({
  test: {
    include: ['test/docs/*.test.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
