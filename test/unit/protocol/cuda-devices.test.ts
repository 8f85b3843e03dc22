import { expect, it } from 'vitest';
import { cudaDeviceIds } from '../../../src/protocol/cuda-devices.js';

const alike = [
  { uuid: 'GPU-aaaa-1', name: 'H100' },
  { uuid: 'GPU-aabb-2', name: 'H100' },
  { uuid: 'GPU-cccc-3', name: 'H100' },
];
const unlike = [
  { uuid: 'GPU-aaaa-1', name: 'T4' },
  { uuid: 'GPU-bbbb-2', name: 'H100' },
];

it('GPUs that are alike have the ids of their places, where nothing hides one', () => {
  expect(cudaDeviceIds(alike, {})).toEqual([0, 1, 2]);
  expect(cudaDeviceIds([], {})).toEqual([]);
});

it.each([
  ['2,0', [1, null, 0]],
  [' 1 ', [null, 0, null]],
  ['GPU-cccc-3, GPU-aabb', [null, 1, 0]],
  // Of parts of GPUs it is not told whose they are.
  ['MIG-1, 1', [null, null, null]],
  ['1gpu,0', [1, 0, null]],
  // All are of the first one's kind.
  ['0,GPU-cccc', [0, null, null]],
  // One that is named twice hides all.
  ['0,1,0', [null, null, null]],
  // What CUDA does not know hides all after it.
  ['0,3,1', [0, null, null]],
  ['-1', [null, null, null]],
  ['', [null, null, null]],
  ['GPU-none,0', [null, null, null]],
  // It could be either of two.
  ['GPU-aa', [null, null, null]],
])('CUDA_VISIBLE_DEVICES=%j is read as CUDA reads it', (visible, ids) => {
  expect(cudaDeviceIds(alike, { CUDA_VISIBLE_DEVICES: visible })).toEqual(ids);
});

it('which of unlike GPUs comes first can be told only where the order or the GPU is named', () => {
  expect(cudaDeviceIds(unlike, {})).toEqual([null, null]);
  expect(cudaDeviceIds(unlike, { CUDA_VISIBLE_DEVICES: '0' })).toEqual([null, null]);
  expect(cudaDeviceIds(unlike, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' })).toEqual([0, 1]);
  expect(cudaDeviceIds(unlike, { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '1' })).toEqual([null, 0]);
  expect(cudaDeviceIds(unlike, { CUDA_VISIBLE_DEVICES: 'GPU-bbbb-2' })).toEqual([null, 0]);
});
