import { describe, expect, it } from 'vitest';
import { scoringHash } from '../../../src/models/scoring-hash.js';

const manifest = {
  name: 'a',
  inputs: [{ name: 'x', size: 1, mean: [1], std: [2] }],
  outputs: { score: 'y' },
  calibration: { slope: 1, intercept: 0 },
};

describe('The hash of what scores depend on in model.json', () => {
  it('is the same whatever the order of keys, the name and the notes', () => {
    const { outputs, calibration } = manifest;
    const other = { note: 'n', outputs, calibration, inputs: [{ std: [2], mean: [1], size: 1, name: 'x' }], name: 'b' };
    expect(scoringHash(other)).toBe(scoringHash(manifest));
    expect(scoringHash(manifest)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is another one with other means, outputs, calibration or batches', () => {
    const others = [
      { ...manifest, inputs: [{ ...manifest.inputs[0], mean: [1.5] }] },
      { ...manifest, outputs: { score: 'z' } },
      { ...manifest, calibration: { slope: 2, intercept: 0 } },
      { ...manifest, batch: 'alone' },
    ];
    const hashes = [manifest, ...others].map(scoringHash);
    expect(new Set(hashes).size).toBe(5);
  });
});
