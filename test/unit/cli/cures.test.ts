import { describe, expect, it } from 'vitest';
import { curesOf, npmMajorOf, type Surroundings } from '../../../src/cli/cures.js';
import type { NeededLibrary } from '../../../src/protocol/tools.js';

const gpu = { index: 0, device: 0, name: 'H100', driver: '580.65.06', memoryTotalGb: 80, memoryUsedGb: 0 };
const here: Surroundings = {
  platform: { os: 'linux', arch: 'x64' },
  runtimeVersion: '1.29.0',
  runtimeDirectory: '/app/runtime',
  gpus: [gpu],
  npmMajor: 10,
};

function library(name: string, isThere: boolean, apt: string | null, isOptional = false): NeededLibrary {
  const packages = apt === null ? null : { what: apt, apt, pip: `nvidia-${apt}` };
  return { name, problem: isThere ? null : `${name}: cannot open`, isOptional, packages };
}

const ofCuda12 = [
  library('libcublas.so.12', false, 'libcublas-12-9'),
  library('libcublasLt.so.12', false, 'libcublas-12-9'),
  library('libcudart.so.12', true, 'cuda-cudart-12-9'),
  library('libcudnn.so.9', false, 'libcudnn9-cuda-12', true),
  library('libcuda.so.1', true, null),
];

describe('what would help', () => {
  it('is nothing where everything is there', () => {
    expect(curesOf({ provider: 'cuda', isInstalled: true, cudaVersion: 12, libraries: [] }, here)).toEqual([]);
  });

  it('is the missing libraries, each package once, without what only some operators need', () => {
    const [libraries, ...others] = curesOf(
      { provider: 'cuda', isInstalled: true, cudaVersion: 12, libraries: ofCuda12 },
      here,
    );
    expect(libraries).toMatch(/^Libraries: apt-get install libcublas-12-9 \(.*pip install nvidia-libcublas-12-9 with/);
    expect(others).toEqual([]);
  });

  it.each([
    [10, /^Provider for CUDA 12: npm rebuild onnxruntime-node;/],
    [11, /^Provider for CUDA 12: put "allowScripts": .* into package\.json, then npm rebuild/],
    [12, /^Provider for CUDA 12: put "allowScripts"/],
    [null, /^Provider for CUDA 12: with npm 10, npm rebuild onnxruntime-node; with npm 11 or later, put .* first/],
  ])('is the provider, as npm %j gets it, behind a proxy, offline and for CUDA 13', (npmMajor, expected) => {
    const cures = curesOf(
      { provider: 'cuda', isInstalled: false, cudaVersion: null, libraries: [] },
      { ...here, npmMajor },
    );
    expect(cures).toEqual([
      expect.stringMatching(expected),
      expect.stringMatching(
        /offline: copy libonnxruntime_providers_\{shared,cuda\}\.so .* 1\.29\.0 .* to \/app\/runtime$/,
      ),
      expect.stringMatching(/CUDA 13: copy the same files from a build of ONNX Runtime 1\.29\.0/),
    ]);
    expect(cures[0]).toContain('GLOBAL_AGENT_HTTPS_PROXY');
  });

  it('is the driver first, where there is none or it is older than the provider needs', () => {
    const ailing = { provider: 'cuda', isInstalled: true, cudaVersion: 12, libraries: ofCuda12 } as const;
    const without = {
      ...ailing,
      libraries: [library('libcudart.so.12', true, 'c'), library('libcuda.so.1', false, null)],
    };
    expect(curesOf(without, { ...here, gpus: [] })).toEqual([
      expect.stringMatching(/^Driver: .*525 or later for CUDA 12; .*a container gets its libraries by .*--gpus all/),
    ]);
    // A container that may list GPUs and not compute with them.
    expect(curesOf(without, here)).toEqual([expect.stringMatching(/^Driver: .*NVIDIA_DRIVER_CAPABILITIES/)]);
    // One that may compute with them and not list them.
    expect(curesOf(ailing, { ...here, gpus: [] })).toEqual([expect.stringMatching(/^Libraries: /)]);
    const untold = { ...ailing, cudaVersion: null, libraries: [] };
    expect(curesOf(untold, { ...here, gpus: [] })[0]).toMatch(/^Driver: .*525 or later for CUDA 12, 580 or later/);
    expect(curesOf(ailing, { ...here, gpus: [{ ...gpu, driver: '470.57.02' }] })[0]).toMatch(
      /^Driver: this is 470\.57\.02; install 525 or later for CUDA 12$/,
    );
    const newer = [library('libcublas.so.13', true, 'libcublas-13-0')];
    const on550 = { ...here, gpus: [{ ...gpu, driver: '550.54.15' }] };
    expect(curesOf({ ...ailing, cudaVersion: 13, libraries: newer }, on550)).toEqual([
      'Driver: this is 550.54.15; install 580 or later for CUDA 13',
    ]);
  });

  it('is another host, or reinstalling the runtime, if no provider could work', () => {
    const ailing = { provider: 'tensorrt', isInstalled: false, cudaVersion: null, libraries: [] } as const;
    const mac = { ...here, platform: { os: 'darwin', arch: 'arm64' } };
    expect(curesOf(ailing, mac)).toEqual([expect.stringMatching(/Linux x64, but this is darwin arm64/)]);
    expect(curesOf(ailing, { ...here, runtimeDirectory: null })).toEqual([expect.stringMatching(/^Runtime: /)]);
  });
});

it('the version of npm is read from how it calls itself', () => {
  expect(npmMajorOf('npm/11.5.1 node/v20.20.0 linux x64 workspaces/false')).toBe(11);
  expect(npmMajorOf('pnpm/9.1.0 npm/? node/v20.20.0')).toBeNull();
  expect(npmMajorOf(undefined)).toBeNull();
});
