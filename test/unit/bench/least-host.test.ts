import { expect, test } from 'vitest';
import { LeastHost } from '../../../bench/rivals/least-host.js';

const request = (value: number) => ({ features: { a: new Float32Array([value, 1]), b: new Float32Array([2]) } });

test('a bare host answers each request with its own values, in batches', async () => {
  const host = new LeastHost(request(0), 600);
  const results = await Promise.all(Array.from({ length: 600 }, (_, index) => host.score(request(index))));
  expect(results.map(({ fraudProbability }) => fraudProbability)).toEqual(results.map((_, index) => index));
  expect(results.map(({ timing }) => timing.batchSize)).toEqual(
    results.map((_, index) => (index < 512 ? 256 : 600 - 512)),
  );
});

test('a bare host refuses values that are not finite, inputs of another size, and more requests than it holds', async () => {
  const host = new LeastHost(request(0), 1);
  await expect(host.score(request(Number.NaN))).rejects.toThrow(TypeError);
  await expect(host.score({ features: { a: new Float32Array(3), b: new Float32Array(1) } })).rejects.toThrow(TypeError);
  const answered = host.score(request(1));
  await expect(host.score(request(2))).rejects.toThrow(TypeError);
  await expect(answered).resolves.toMatchObject({ fraudProbability: 1 });
  await expect(host.score(request(3))).resolves.toMatchObject({ fraudProbability: 3 });
});
