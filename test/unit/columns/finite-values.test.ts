import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { finiteBinary } from '../../../src/columns/kernels/finite.js';
import { compileWat } from '../../../workers/serving/kernels/wat-plugin.js';
import { projectPath } from '../../support/paths.js';

const poison = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
const finite = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(-0, 3.4028234663852886e38));

describe.each(['with WebAssembly memory', 'where there is none'])('areFinite, %s,', (kind) => {
  let areFinite: typeof import('../../../src/columns/finite-values.js').areFinite;
  beforeEach(async () => {
    vi.resetModules();
    ({ areFinite } = await import('../../../src/columns/finite-values.js'));
    if (kind === 'where there is none') vi.stubGlobal('WebAssembly', undefined);
  });
  afterEach(() => vi.unstubAllGlobals());

  it('sees what is not finite wherever it lies, and nothing else', () => {
    const situation = fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 8_180, max: 16_400 })),
      value: fc.oneof(finite, poison),
      place: fc.nat(),
      first: fc.nat(20),
    });
    fc.assert(
      fc.property(situation, ({ length, value, place, first }) => {
        // What lies before and behind is not its business.
        const values = new Float32Array(first + length + 9).fill(Number.NaN);
        values.fill(1.5, first, first + length);
        values[first + (place % length)] = value;
        expect(areFinite(values, first, first + length)).toBe(Number.isFinite(value));
      }),
    );
  });

  it('accepts an empty list', () => {
    expect(areFinite(Float32Array.of(Number.NaN), 0, 0)).toBe(true);
  });

  it('accepts the largest values beside each other', () => {
    expect(areFinite(new Float32Array(100).fill(3.4028234663852886e38), 0, 100)).toBe(true);
  });
});

it('the kernel is the binary of its text', async () => {
  const compiled = await compileWat(projectPath('src/columns/kernels/finite.wat'));
  expect(finiteBinary).toBe(Buffer.from(compiled).toString('base64'));
});
