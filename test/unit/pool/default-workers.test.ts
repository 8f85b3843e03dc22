import { expect, test, vi } from 'vitest';
import { resolveOptions } from '../../../src/options.js';

const host = vi.hoisted(() => ({ cores: 384 }));
vi.mock('node:os', async (original) => ({ ...(await original<object>()), availableParallelism: () => host.cores }));

test('there are as many workers as cores, at most 256, unless devices are given', () => {
  expect(resolveOptions({}).workers).toBe(256);
  expect(resolveOptions({ devices: [0, 1] }).workers).toBe(2);
  host.cores = 3;
  expect(resolveOptions({}).workers).toBe(3);
});
