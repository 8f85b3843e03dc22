import { describe, expect, it, vi } from 'vitest';
import { type ProfileTask, profileMeetings, rendezvousWords } from '../../../src/protocol/tools.js';
import { profile } from '../../../workers/tools/profile.js';

const gpu = vi.hoisted(() => ({ infer: async (_buffers: unknown, _rows: number): Promise<void> => {} }));
vi.mock('../../../workers/providers/nvidia-smi.js', () => ({ deviceMemoryGb: async () => null }));
vi.mock('../../../workers/providers/providers.js', () => ({
  NoProviderError: class extends Error {},
  openSession: async () => ({ result: gpu }),
}));

const order: Omit<ProfileTask, 'rendezvous'> = {
  kind: 'profile',
  spec: { inputs: [{ name: 'features', size: 2 }], outputs: { logits: 'logits' } },
  model: { bytes: new SharedArrayBuffer(0), files: [] },
  provider: 'cuda',
  device: 0,
  rows: new Float32Array(8),
  batchSizes: [1, 64],
  runs: 3,
  watchesMemory: true,
};

const seat = { isLeaving: false };

/** Of one session alone. */
function alone(): ProfileTask {
  const words = new Int32Array(new SharedArrayBuffer(4 * rendezvousWords.count(profileMeetings.count(2))));
  return { ...order, rendezvous: { words, parties: 1 } };
}

/** Runs of 64 rows, those of one go well. */
function failsWith(message: string): void {
  gpu.infer = async (_buffers, rows) => {
    if (rows === 64) throw new Error(message);
  };
}

describe('a profile', () => {
  it('takes a GPU that fails on the way for one that does not work', async () => {
    failsWith('CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=secret');
    expect(await profile(alone(), seat)).toEqual({
      unavailable: 'CUDA failure 719: unspecified launch failure ; GPU=0',
      isDeviceLost: true,
      measured: [],
      outOfMemoryAt: null,
    });
  });

  it('keeps what was measured before the memory ran out', async () => {
    failsWith('CUDA failure 2: out of memory ; GPU=0');
    expect(await profile(alone(), seat)).toMatchObject({
      unavailable: null,
      measured: [{ batchSize: 1 }],
      outOfMemoryAt: 64,
    });
  });

  it('fails where the model does, or the CPU', async () => {
    failsWith('Non-zero status code returned while running Gather node');
    await expect(profile(alone(), seat)).rejects.toThrow('Gather');
    failsWith('CUDA failure 719: unspecified launch failure');
    await expect(profile({ ...alone(), provider: 'cpu' }, seat)).rejects.toThrow('719');
  });
});
