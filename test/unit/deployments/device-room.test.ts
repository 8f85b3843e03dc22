import { describe, expect, it } from 'vitest';
import { refuseFullDevice } from '../../../src/deployments/device-room.js';
import type { Gpu } from '../../../src/protocol/tools.js';

const gpu = (device: number | null, memoryUsedGb: number | null, memoryTotalGb: number | null = 80): Gpu => ({
  index: 0,
  name: 'a GPU',
  driver: '580',
  device,
  memoryUsedGb,
  memoryTotalGb,
});

describe('refuseFullDevice', () => {
  it('lets a version pass that leaves a fifth of the memory', () => {
    expect(() => refuseFullDevice({ gpus: [gpu(0, 64)] }, [0])).not.toThrow();
  });

  it('refuses one that does not, and says what to do', () => {
    expect(() => refuseFullDevice({ gpus: [gpu(0, 10), gpu(1, 64.1)] }, [0, 1])).toThrow(
      'With this version 80% of the memory of CUDA device 1 is in use (64.1 of 80.0 GiB), and at most 80% may be: retire another version, or give it fewer workers',
    );
  });

  it('looks at its own devices alone, and at those whose memory is known', () => {
    expect(() =>
      refuseFullDevice({ gpus: [gpu(1, 79), gpu(null, 79), gpu(0, null), gpu(0, 79, null)] }, [0]),
    ).not.toThrow();
    expect(() => refuseFullDevice({ gpus: [] }, [0])).not.toThrow();
  });
});
