import { describe, expect, it } from 'vitest';
import { readGpus } from '../../../workers/nvidia-smi.js';

describe('the list of nvidia-smi', () => {
  it('is read line by line, in GiB', () => {
    const text = '0, NVIDIA H100 80GB HBM3, 550.54.15, 81559, 1024\n1, Tesla T4, 550.54.15, 15360, 0\n';
    expect(readGpus(text)).toEqual([
      { index: 0, name: 'NVIDIA H100 80GB HBM3', driver: '550.54.15', memoryTotalGb: 81_559 / 1024, memoryUsedGb: 1 },
      { index: 1, name: 'Tesla T4', driver: '550.54.15', memoryTotalGb: 15, memoryUsedGb: 0 },
    ]);
  });

  it('leaves out what is no GPU, and memory that is not told', () => {
    expect(readGpus('No devices were found\n')).toEqual([]);
    for (const untold of ['[N/A]', '[Insufficient Permissions]', '']) {
      expect(readGpus(`0, GB10, 580.1, ${untold}, ${untold}`)).toEqual([
        { index: 0, name: 'GB10', driver: '580.1', memoryTotalGb: null, memoryUsedGb: null },
      ]);
    }
  });
});
