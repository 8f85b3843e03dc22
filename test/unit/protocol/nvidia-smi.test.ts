import { describe, expect, it } from 'vitest';
import { readGpus } from '../../../src/protocol/nvidia-smi.js';

describe('the list of nvidia-smi', () => {
  it('is read line by line, in GiB', () => {
    const text =
      '0, GPU-a, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 1024\n1, GPU-b, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 0\n';
    const gpu = { name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15', memoryTotalGb: 81_559 / 1024 };
    expect(readGpus(text, {})).toEqual([
      { index: 0, device: 0, ...gpu, memoryUsedGb: 1 },
      { index: 1, device: 1, ...gpu, memoryUsedGb: 0 },
    ]);
  });

  it('leaves out what is no GPU, and memory that is not told', () => {
    expect(readGpus('No devices were found\n', {})).toEqual([]);
    for (const untold of ['[N/A]', '[Insufficient Permissions]', '']) {
      expect(readGpus(`0, GPU-a, GB10, 580.1, ${untold}, ${untold}`, {})).toEqual([
        { index: 0, device: 0, name: 'GB10', driver: '580.1', memoryTotalGb: null, memoryUsedGb: null },
      ]);
    }
  });

  it("has CUDA's ids, which the environment may have changed", () => {
    const text = '0, GPU-a, T4, 550, 15360, 1024\n1, GPU-b, T4, 550, 15360, 2048\n';
    expect(readGpus(text, { CUDA_VISIBLE_DEVICES: '1' })).toMatchObject([
      { index: 0, device: null },
      { index: 1, device: 0, memoryUsedGb: 2 },
    ]);
  });
});
