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

/** What all providers but the CPU's are loaded by. */
const sharedLibrary = 'libonnxruntime_providers_shared.so';

/** Where the runtime's own files lie, and which it is. */
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
 * Why a provider can't be used here and what would help, found without asking the runtime, which would print the true reason to the
 * host's standard error and throw another; null where there is nothing to say against it.
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

/** The same of the provider's library alone, on Linux. */
export function whyNotLoaded(provider: Exclude<Provider, 'cpu'>, runtime: Runtime): string | null {
  const path = providerLibrary(provider, runtime);
  if (!existsSync(path)) return notInstalled(nameOf(provider), runtime);
  if (!existsSync(join(runtime.directory, sharedLibrary))) return notInstalled(sharedLibrary, runtime);
  const problem = loadProblem(path);
  if (problem !== null) {
    const library = missingLibrary(problem);
    if (library !== null) return missingReason(library, path);
    // It finds the function in the runtime once that has loaded it; alone it can't.
    if (!/undefined symbol: Provider_GetHost/.test(problem)) return `the loader refuses it: ${problem}`;
  }
  return otherVersion(path, runtime.version);
}

/** Whether all that a provider is made of lies beside the runtime, of the runtime's version, or is part of it. */
export function isInstalled(provider: Provider, runtime: Runtime = installedRuntime()): boolean {
  if (provider === 'cpu') return true;
  // What TensorRT can't run goes to CUDA's provider.
  const needed = provider === 'tensorrt' ? (['cuda', 'tensorrt'] as const) : (['cuda'] as const);
  if (!existsSync(join(runtime.directory, sharedLibrary))) return false;
  return needed.every((name) => {
    const path = providerLibrary(name, runtime);
    return existsSync(path) && otherVersion(path, runtime.version) === null;
  });
}

/** The major version of CUDA that an installed provider is built for; null where it is not installed, or does not tell. */
export function cudaVersionOfProvider(provider: Provider, runtime: Runtime = installedRuntime()): 12 | 13 | null {
  if (provider === 'cpu' || !isInstalled(provider, runtime)) return null;
  return cudaVersionOf(neededLibraries(providerLibrary(provider, runtime)));
}

/**
 * What a provider needs of CUDA, cuDNN, TensorRT and the driver, and which of it is there. Where CUDA's provider is not installed, what
 * the one needs that the runtime's install script brings.
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

/** @param library that the loader did not find, which the provider, or another library that it needs, names. */
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

/** Providers carry the version of the runtime that they were built with as a text of its own. */
function otherVersion(path: string, expected: string): string | null {
  const found = versionIn(path, expected);
  if (found === null || found === expected) return null;
  return `the provider is built for ONNX runtime ${found}, this one is ${expected}: install the provider of the same version`;
}

/** @returns `expected` where the file holds it, else what else looks like a version of the runtime, or null. */
function versionIn(path: string, expected: string): string | null {
  // Hundreds of megabytes, of which the version is in the first quarter: what is hoped for is looked for first.
  const wanted = Buffer.from(`\0${expected}\0`, 'latin1');
  for (const chunk of chunksOf(path)) if (chunk.includes(wanted)) return expected;
  for (const chunk of chunksOf(path)) {
    const other = /\0(1\.\d{2}\.\d{1,2})\0/.exec(chunk.toString('latin1'))?.[1];
    if (other !== undefined) return other;
  }
  return null;
}

const chunkBytes = 4 * 1024 ** 2;

/** What a text may lie across. */
const overlapBytes = 32;

/** A file piece by piece, each of which begins with the end of the one before; valid until the next is asked for. */
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
