import type { Gpu, NeededLibrary } from '../protocol/tools.js';

/** A GPU provider that does not work. */
export interface AilingProvider {
  provider: 'cuda' | 'tensorrt';
  /** Whether the provider's files are next to the runtime and have the runtime's version. */
  isInstalled: boolean;
  /** The major version of CUDA that the provider was built for; null if it is not known. */
  cudaVersion: 12 | 13 | null;
  libraries: readonly NeededLibrary[];
}

export interface Surroundings {
  platform: { os: string; arch: string };
  runtimeVersion: string;
  /** The directory in which the runtime looks for providers; null if the runtime cannot be loaded. */
  runtimeDirectory: string | null;
  gpus: readonly Gpu[];
  /** The major version of the npm that runs this program; null if npm does not run it, or the version is not known. */
  npmMajor: number | null;
}

/** The oldest driver for each major version of CUDA, from NVIDIA's documentation. */
const oldestDriver = { 12: 525, 13: 580 };

/** What would help, in the order of the steps. "Getting CUDA" in docs/gpu.md has the same steps. */
export function curesOf(ailing: AilingProvider, surroundings: Surroundings): string[] {
  const { os, arch } = surroundings.platform;
  if (os !== 'linux' || arch !== 'x64') {
    return [`CUDA needs Linux x64, but this is ${os} ${arch}: serve on the CPU, or on a Linux x64 host`];
  }
  const { runtimeDirectory } = surroundings;
  if (runtimeDirectory === null) return runtimeCures;
  return [
    ...driverCures(ailing, surroundings),
    ...(ailing.isInstalled ? [] : providerCures(ailing, surroundings, runtimeDirectory)),
    ...libraryCures(ailing),
  ];
}

/** For the case that not even the CPU provider can be loaded. */
export const runtimeCures = [
  'Runtime: install onnxruntime-node again (npm ci); on Linux it needs glibc, which Alpine does not have',
];

/** @param userAgent npm's user agent, such as `npm/11.5.1 node/v20.20.0 linux x64`. */
export function npmMajorOf(userAgent: string | undefined): number | null {
  const major = /^npm\/(\d+)\./.exec(userAgent ?? '')?.[1];
  return major === undefined ? null : Number(major);
}

/** The driver is present if its library is present, even if its tool is not there to list the GPUs. */
function driverCures({ cudaVersion: known, libraries }: AilingProvider, { gpus }: Surroundings): string[] {
  const library = libraries.find(({ packages }) => packages === null);
  const isThere = library === undefined ? gpus.length > 0 : library.problem === null;
  const wanted =
    known === null
      ? `${oldestDriver[12]} or later for CUDA 12, ${oldestDriver[13]} or later for CUDA 13`
      : `${oldestDriver[known]} or later for CUDA ${known}`;
  const [gpu] = gpus;
  if (!isThere) {
    const inContainer =
      gpu === undefined
        ? 'the NVIDIA Container Toolkit (docker run --gpus all)'
        : 'setting NVIDIA_DRIVER_CAPABILITIES to a value with compute (the container sees the GPU, but not the libraries)';
    return [`Driver: install NVIDIA's on the host, ${wanted}; a container gets its libraries by ${inContainer}`];
  }
  if (gpu === undefined) return [];
  const isOld = Number.parseInt(gpu.driver, 10) < oldestDriver[known ?? 12];
  return isOld ? [`Driver: this is ${gpu.driver}; install ${wanted}`] : [];
}

function providerCures(
  { provider }: AilingProvider,
  { runtimeVersion, npmMajor }: Surroundings,
  runtimeDirectory: string,
): string[] {
  const files = ['shared', 'cuda', ...(provider === 'tensorrt' ? ['tensorrt'] : [])].join(',');
  const copied = `libonnxruntime_providers_{${files}}.so`;
  return [
    `Provider for CUDA 12: ${rebuild(npmMajor)}; first remove ONNXRUNTIME_NODE_INSTALL=skip from the environment and onnxruntime-node-install=skip from .npmrc; behind a proxy, first set GLOBAL_AGENT_HTTPS_PROXY`,
    `Or, offline: copy ${copied} out of the NuGet package Microsoft.ML.OnnxRuntime.Gpu.Linux ${runtimeVersion} (a zip, runtimes/linux-x64/native) to ${runtimeDirectory}`,
    `Or, for CUDA 13: copy the same files from a build of ONNX Runtime ${runtimeVersion} for CUDA 13 to the same directory`,
  ];
}

/** npm 12 runs the install scripts of dependencies only if they are listed. npm 11 reads the list too. */
function rebuild(npmMajor: number | null): string {
  const run = 'npm rebuild onnxruntime-node';
  const list = 'put "allowScripts": { "onnxruntime-node": true } into package.json';
  if (npmMajor === null) return `with npm 10, ${run}; with npm 11 or later, ${list} first`;
  return npmMajor < 11 ? run : `${list}, then ${run}`;
}

function libraryCures({ libraries }: AilingProvider): string[] {
  const packages = libraries.flatMap((library) => {
    return library.problem === null || library.isOptional || library.packages === null ? [] : [library.packages];
  });
  if (packages.length === 0) return [];
  const namesOf = (names: readonly string[]): string => [...new Set(names)].join(' ');
  return [
    `Libraries: apt-get install ${namesOf(packages.map(({ apt }) => apt))} (from NVIDIA's repository), or pip install ${namesOf(packages.map(({ pip }) => pip))} with their folders in LD_LIBRARY_PATH before Node.js starts`,
  ];
}
