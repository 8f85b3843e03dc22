import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Provider } from '../../src/api/provider.js';
import type { NeededLibrary } from '../../src/protocol/tools.js';
import {
  cudaVersionOf,
  driverLibrary,
  isCudaLibrary,
  loadedLater,
  neededOfCuda12,
  packagesOf,
  sonameOfOtherVersion,
} from './cuda-libraries.js';
import { neededLibraries } from './elf.js';
import { runtime as loadedRuntime } from './runtime.js';
import { loadProblem, missingLibrary } from './shared-library.js';

/** The library that loads all providers except the CPU's. */
const sharedLibrary = 'libonnxruntime_providers_shared.so';

/** The location and version of the runtime's own files. */
export interface Runtime {
  directory: string;
  version: string;
}

export function installedRuntime(): Runtime {
  const require = createRequire(import.meta.url);
  const root = dirname(dirname(require.resolve('onnxruntime-node')));
  return {
    directory: join(root, 'bin', 'napi-v6', process.platform, process.arch),
    version: loadedRuntime().env.versions.node ?? 'unknown',
  };
}

/**
 * Why a provider cannot be used here, and what would help; null if no reason is known. The runtime is not asked, because it would print the
 * real reason to the host's standard error and throw another one.
 */
export function whyUnavailable(provider: Provider, runtime: Runtime = installedRuntime()): string | null {
  if (provider === 'cpu') return null;
  if (
    !loadedRuntime()
      .listSupportedBackends()
      .some(({ name }) => name === provider)
  ) {
    return `the ONNX runtime for ${process.platform} ${process.arch} is built without it`;
  }
  return process.platform === 'linux' ? whyNotLoaded(provider, runtime) : null;
}

/** The same for the provider's library alone, on Linux. */
export function whyNotLoaded(provider: Exclude<Provider, 'cpu'>, runtime: Runtime): string | null {
  const path = providerLibrary(provider, runtime);
  if (!existsSync(path)) return notInstalled(nameOf(provider), runtime);
  if (!existsSync(join(runtime.directory, sharedLibrary))) return notInstalled(sharedLibrary, runtime);
  const problem = loadProblem(path);
  if (problem !== null) {
    const library = missingLibrary(problem);
    if (library !== null) return missingReason(library, path);
    // The loader finds this function in the runtime when the runtime loads the library. When it is loaded alone, it is missing.
    if (!/undefined symbol: Provider_GetHost/.test(problem)) return `the loader refuses it: ${problem}`;
  }
  return otherVersion(path, runtime.version);
}

/** Whether all files of a provider are next to the runtime and have its version, or the provider is part of the runtime. */
export function isInstalled(provider: Provider, runtime: Runtime = installedRuntime()): boolean {
  if (provider === 'cpu') return true;
  // CUDA's provider runs the nodes that TensorRT cannot run.
  const needed = provider === 'tensorrt' ? (['cuda', 'tensorrt'] as const) : (['cuda'] as const);
  if (!existsSync(join(runtime.directory, sharedLibrary))) return false;
  return needed.every((name) => {
    const path = providerLibrary(name, runtime);
    return existsSync(path) && otherVersion(path, runtime.version) === null;
  });
}

/** The major version of CUDA that an installed provider was built for; null if it is not installed, or not known. */
export function cudaVersionOfProvider(provider: Provider, runtime: Runtime = installedRuntime()): 12 | 13 | null {
  if (provider === 'cpu' || !isInstalled(provider, runtime)) return null;
  return cudaVersionOf(neededLibraries(providerLibrary(provider, runtime)));
}

/**
 * The libraries of CUDA, cuDNN, TensorRT and the driver that a provider needs, and which of them are present. If CUDA's provider is not
 * installed, the libraries for the one that the runtime's install script installs.
 */
export function librariesOf(provider: Provider, runtime: Runtime = installedRuntime()): NeededLibrary[] {
  if (provider === 'cpu' || process.platform !== 'linux') return [];
  const path = providerLibrary(provider, runtime);
  const isThere = existsSync(path);
  if (!isThere && provider === 'tensorrt') return [];
  const needed = isThere ? neededLibraries(path).filter(isCudaLibrary) : [...neededOfCuda12];
  const cudaVersion = cudaVersionOf(needed);
  // A build may need from the start what others load later.
  const later = provider === 'cuda' ? loadedLater(cudaVersion).filter((name) => !needed.includes(name)) : [];
  return [...needed, ...later].map((name) => ({
    name,
    problem: loadProblem(name),
    isOptional: later.includes(name),
    packages: packagesOf(name, cudaVersion),
  }));
}

function providerLibrary(provider: Exclude<Provider, 'cpu'>, { directory }: Runtime): string {
  return join(directory, nameOf(provider));
}

function nameOf(provider: Exclude<Provider, 'cpu'>): string {
  return `libonnxruntime_providers_${provider}.so`;
}

function notInstalled(file: string, { version }: Runtime): string {
  return `${file} is not installed beside the ONNX runtime: let onnxruntime-node ${version}'s install script run (see "Getting CUDA" in docs/gpu.md)`;
}

/** @param library the library that the loader did not find. The provider, or another library that it needs, names it. */
function missingReason(library: string, path: string): string {
  if (library === driverLibrary) {
    return `${library} is missing: install the NVIDIA driver on the host; a container also needs the NVIDIA Container Toolkit (--gpus all)`;
  }
  const needed = neededLibraries(path);
  const cudaVersion = cudaVersionOf(needed);
  const other = sonameOfOtherVersion(library);
  const packages = packagesOf(library, cudaVersion);
  const isOtherThere = other !== null && loadProblem(other) === null;
  const found = isOtherThere ? ` (${other} is there, but the provider is built for CUDA ${cudaVersion ?? '?'})` : '';
  const cure =
    packages === null
      ? 'install it, or put its folder into LD_LIBRARY_PATH before Node.js starts'
      : `install ${packages.what} (apt ${packages.apt}, pip ${packages.pip}), or put its folder into LD_LIBRARY_PATH before Node.js starts`;
  return `${library} is missing${found}: ${cure}`;
}

/** A provider contains the version of its runtime as a text. */
function otherVersion(path: string, expected: string): string | null {
  const found = versionIn(path, expected);
  if (found === null || found === expected) return null;
  return `the provider is built for ONNX runtime ${found}, this one is ${expected}: install the provider of the same version`;
}

/** @returns `expected` if the file contains it; else another text that looks like a runtime version, or null. */
function versionIn(path: string, expected: string): string | null {
  // The file has hundreds of megabytes, and the version is in its first quarter. So first look for the expected version.
  const wanted = Buffer.from(`\0${expected}\0`, 'latin1');
  for (const chunk of chunksOf(path)) if (chunk.includes(wanted)) return expected;
  for (const chunk of chunksOf(path)) {
    const other = /\0(1\.\d{2}\.\d{1,2})\0/.exec(chunk.toString('latin1'))?.[1];
    if (other !== undefined) return other;
  }
  return null;
}

const chunkBytes = 4 * 1024 ** 2;

/** The most bytes of a text that may cross the border between two pieces. */
const overlapBytes = 32;

/** A file in pieces. Each begins with the end of the one before, and is valid until the next is requested. */
function* chunksOf(path: string): Generator<Buffer> {
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(overlapBytes + chunkBytes);
    for (let kept = 0; ; ) {
      const end = kept + readSync(file, buffer, kept, chunkBytes, null);
      if (end === kept) return;
      yield buffer.subarray(0, end);
      kept = Math.min(overlapBytes, end);
      buffer.copy(buffer, 0, end - kept, end);
    }
  } finally {
    closeSync(file);
  }
}
