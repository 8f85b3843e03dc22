import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { neededLibraries } from '../../../workers/providers/elf.js';
import { librariesOf, type Runtime, whyNotLoaded } from '../../../workers/providers/provider-library.js';
import { loadProblem } from '../../../workers/providers/shared-library.js';
import { type SharedObject, writeSharedObject } from '../../support/shared-object.js';

/** The loader of Linux alone is asked, elsewhere the runtime. */
describe.runIf(process.platform === 'linux')('why a provider can not be used', () => {
  let runtime: Runtime;

  beforeEach(() => {
    runtime = { directory: mkdtempSync(join(tmpdir(), 'providers-')), version: '1.29.0' };
  });
  afterEach(() => rmSync(runtime.directory, { recursive: true }));

  const file = (name: string): string => join(runtime.directory, `libonnxruntime_providers_${name}.so`);

  function install(provider: 'cuda' | 'tensorrt', object: SharedObject): void {
    writeSharedObject(file('shared'));
    writeSharedObject(file(provider), { text: '1.29.0', ...object });
  }

  it('is that it is not installed, and what installs it', () => {
    expect(whyNotLoaded('cuda', runtime)).toMatch(
      /^libonnxruntime_providers_cuda\.so is not installed beside .* 1\.29\.0's install script .*Getting CUDA/,
    );
    writeSharedObject(file('cuda'));
    expect(whyNotLoaded('cuda', runtime)).toMatch(/^libonnxruntime_providers_shared\.so is not installed/);
  });

  it.each([
    ['libcublasLt.so.99', ['libcublas.so.99'], /^libcublasLt\.so\.99 is missing: install cuBLAS \(apt libcublas-/],
    [
      'libcublasLt.so.13',
      ['libcublas.so.13'],
      /install cuBLAS \(apt libcublas-13-0, pip nvidia-cublas\), or put .* LD_LIBRARY_PATH/,
    ],
    ['libcudart.so.12', [], /install the CUDA runtime \(apt cuda-cudart-12-9, pip nvidia-cuda-runtime-cu12\)/],
    ['libcuda.so.1', [], /^libcuda\.so\.1 is missing: install the NVIDIA driver .*NVIDIA Container Toolkit/],
    [
      'libnvinfer.so.10',
      ['libcudart.so.12'],
      /^libnvinfer\.so\.10 is missing: install TensorRT \(apt libnvinfer10, pip tensorrt-cu12\)/,
    ],
    [
      'libof_the_house.so.3',
      [],
      /^libof_the_house\.so\.3 is missing: install it, or put its folder into LD_LIBRARY_PATH/,
    ],
  ])('is the library that is missing, %s, and what brings it', (library, others, reason) => {
    // A machine with a GPU may have it.
    if (loadProblem(library) === null) return;
    install('cuda', { needs: [library, ...others] });
    expect(whyNotLoaded('cuda', runtime)).toMatch(reason);
  });

  it('is the library that is missing to a library that it needs', () => {
    const between = join(runtime.directory, 'libbetween.so');
    writeSharedObject(between, { needs: ['libcurand.so.10'] });
    install('cuda', { needs: [between] });
    expect(whyNotLoaded('cuda', runtime)).toMatch(/^libcurand\.so\.10 is missing: install cuRAND/);
  });

  it("is the loader's own word where a library is damaged", () => {
    install('cuda', {});
    writeFileSync(file('cuda'), 'no library at all');
    expect(whyNotLoaded('cuda', runtime)).toMatch(/^the loader refuses it: .*(too short|invalid ELF header)/);
  });

  it('has the loader bind all at once: a function that nobody has would end the process later', () => {
    install('cuda', {});
    const dlopen = vi.spyOn(process, 'dlopen');
    try {
      whyNotLoaded('cuda', runtime);
      expect(dlopen).toHaveBeenCalledWith(expect.anything(), file('cuda'), constants.dlopen.RTLD_NOW);
    } finally {
      dlopen.mockRestore();
    }
  });

  it('is that the provider is of another version of the runtime', () => {
    install('cuda', { text: '1.28.2' });
    expect(whyNotLoaded('cuda', runtime)).toBe(
      'the provider is built for ONNX runtime 1.28.2, this one is 1.29.0: install the provider of the same version',
    );
  });

  it('finds the version wherever it is', () => {
    for (const bytes of [4 * 1024 ** 2 - 3, 9_000_000]) {
      install('cuda', { text: `${'x'.repeat(bytes)}\x001.29.0` });
      expect(whyNotLoaded('cuda', runtime)).toBeNull();
    }
  });

  it('is nothing where all is there, or the version can not be told', () => {
    install('cuda', { needs: ['libc.so.6'] });
    expect(whyNotLoaded('cuda', runtime)).toBeNull();
    install('tensorrt', { text: 'none' });
    expect(whyNotLoaded('tensorrt', runtime)).toBeNull();
  });

  it('comes with the libraries it needs, found and missing, and what brings each', () => {
    install('cuda', { needs: ['libcublas.so.12', 'libc.so.6', 'libcuda.so.1'] });
    expect(librariesOf('cuda', runtime)).toEqual([
      {
        name: 'libcublas.so.12',
        problem: expect.stringContaining('cannot open shared object file'),
        isOptional: false,
        packages: { what: 'cuBLAS', apt: 'libcublas-12-9', pip: 'nvidia-cublas-cu12' },
      },
      { name: 'libcuda.so.1', problem: expect.any(String), isOptional: false, packages: null },
      {
        name: 'libcudnn.so.9',
        problem: expect.any(String),
        isOptional: true,
        packages: { what: 'cuDNN', apt: 'libcudnn9-cuda-12', pip: 'nvidia-cudnn-cu12' },
      },
      expect.objectContaining({ name: 'libnvrtc.so.12', isOptional: true }),
    ]);
    expect(librariesOf('tensorrt', runtime)).toEqual([]);
    expect(librariesOf('cpu', runtime)).toEqual([]);
  });

  it('has cuFFT and cuDNN loaded later by a provider for CUDA 13, unless it names them itself', () => {
    const optional = (provider: 'cuda' | 'tensorrt') =>
      librariesOf(provider, runtime).map(({ name, isOptional }) => [name, isOptional]);
    install('cuda', { needs: ['libcudart.so.13'] });
    expect(optional('cuda')).toEqual([
      ['libcudart.so.13', false],
      ['libcudnn.so.9', true],
      ['libnvrtc.so.13', true],
      ['libcufft.so.12', true],
    ]);
    install('cuda', { needs: ['libcudart.so.13', 'libcufft.so.12'] });
    expect(optional('cuda')).toContainEqual(['libcufft.so.12', false]);
    install('tensorrt', { needs: ['libcudart.so.13', 'libcudnn.so.9'] });
    expect(optional('tensorrt')).toEqual([
      ['libcudart.so.13', false],
      ['libcudnn.so.9', false],
    ]);
  });

  it('reads what a library needs, and nothing from a file that is none', () => {
    const path = join(runtime.directory, 'any.so');
    writeSharedObject(path, { needs: ['liba.so.1', 'libb.so'] });
    expect(neededLibraries(path)).toEqual(['liba.so.1', 'libb.so']);
    for (const content of ['', 'text', Buffer.from(`\x7fELF\x02\x01${'\xff'.repeat(200)}`, 'latin1')]) {
      writeFileSync(path, content);
      expect(neededLibraries(path)).toEqual([]);
    }
  });
});
