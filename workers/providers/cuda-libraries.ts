import type { LibraryPackages } from '../../src/protocol/tools.js';

interface KnownLibrary {
  /** The soname without its version. */
  base: string;
  what: string;
  /** The soname's version for each major version of CUDA. */
  versions: Record<12 | 13, number>;
  /** The packages in NVIDIA's apt repository and on PyPI, by major version of CUDA. */
  apt: (cuda: 12 | 13) => string;
  pip: (cuda: 12 | 13) => string;
}

/** The releases in the package names. Other releases of the same major version also work. */
const release = { 12: '12-9', 13: '13-0' } as const;

/** From 13 on, the names of the wheels have no suffix, except for cuDNN. */
const wheel = (name: string) => (cuda: 12 | 13) => (cuda === 12 ? `${name}-cu12` : name);

const cuda = (base: string, what: string, apt: string, pip: string, versions = { 12: 12, 13: 13 }): KnownLibrary => ({
  base,
  what,
  versions,
  apt: (major) => `${apt}-${release[major]}`,
  pip: wheel(pip),
});

const cudnn = (base: string): KnownLibrary => ({
  base,
  what: 'cuDNN',
  versions: { 12: 9, 13: 9 },
  apt: (major) => `libcudnn9-cuda-${major}`,
  pip: (major) => `nvidia-cudnn-cu${major}`,
});

const tensorrt = (base: string, apt: string): KnownLibrary => ({
  base,
  what: 'TensorRT',
  versions: { 12: 10, 13: 10 },
  apt: () => apt,
  pip: (major) => `tensorrt-cu${major}`,
});

/** The libraries that the CUDA and TensorRT providers need, directly or indirectly. Names from NVIDIA's documentation. */
const known: readonly KnownLibrary[] = [
  cuda('libcublasLt.so', 'cuBLAS', 'libcublas', 'nvidia-cublas'),
  cuda('libcublas.so', 'cuBLAS', 'libcublas', 'nvidia-cublas'),
  cuda('libcudart.so', 'the CUDA runtime', 'cuda-cudart', 'nvidia-cuda-runtime'),
  cuda('libcurand.so', 'cuRAND', 'libcurand', 'nvidia-curand', { 12: 10, 13: 10 }),
  cuda('libcufft.so', 'cuFFT', 'libcufft', 'nvidia-cufft', { 12: 11, 13: 12 }),
  cuda('libnvrtc.so', 'NVRTC', 'cuda-nvrtc', 'nvidia-cuda-nvrtc'),
  cuda('libnvJitLink.so', 'nvJitLink', 'libnvjitlink', 'nvidia-nvjitlink'),
  cudnn('libcudnn.so'),
  cudnn('libcudnn_graph.so'),
  cudnn('libcudnn_ops.so'),
  tensorrt('libnvinfer.so', 'libnvinfer10'),
  tensorrt('libnvinfer_plugin.so', 'libnvinfer-plugin10'),
  tensorrt('libnvonnxparser.so', 'libnvonnxparsers10'),
];

/** The driver's own library. No CUDA package installs it. */
export const driverLibrary = 'libcuda.so.1';

/** The libraries that the CUDA provider of the runtime's install script needs. Source: the runtime's documentation. */
export const neededOfCuda12: readonly string[] = [
  'libcublasLt.so.12',
  'libcublas.so.12',
  'libcurand.so.10',
  'libcufft.so.11',
  'libcudart.so.12',
  driverLibrary,
];

/**
 * Libraries that the CUDA provider loads only when an operator, such as a convolution, needs them. The provider for CUDA 12 needs cuFFT
 * from the start.
 */
export function loadedLater(cudaVersion: 12 | 13 | null): string[] {
  const later = ['libcudnn.so.9', `libnvrtc.so.${cudaVersion ?? 12}`];
  return cudaVersion === 13 ? [...later, 'libcufft.so.12'] : later;
}

/**
 * The major version of CUDA that a provider was built for, from the libraries that it names.
 *
 * @returns null if none of them tells.
 */
export function cudaVersionOf(needed: readonly string[]): 12 | 13 | null {
  for (const soname of needed) {
    const major = /^lib(?:cublas|cublasLt|cudart)\.so\.(\d+)$/.exec(soname)?.[1];
    if (major === '12' || major === '13') return major === '12' ? 12 : 13;
  }
  return null;
}

/** Whether a library belongs to CUDA, cuDNN, TensorRT or the driver, and not to the system. */
export function isCudaLibrary(soname: string): boolean {
  return soname === driverLibrary || find(soname) !== undefined;
}

/** The packages that install a library; null if it is not one of CUDA's. */
export function packagesOf(soname: string, cudaVersion: 12 | 13 | null): LibraryPackages | null {
  const library = find(soname);
  if (library === undefined) return null;
  const major = cudaVersion ?? cudaVersionBySoname(library, soname);
  return { what: library.what, apt: library.apt(major), pip: library.pip(major) };
}

/** The same library for the other major version of CUDA; null if both have the same soname, or it is not one of CUDA's. */
export function sonameOfOtherVersion(soname: string): string | null {
  const library = find(soname);
  if (library === undefined) return null;
  const { 12: older, 13: newer } = library.versions;
  if (older === newer) return null;
  return soname === `${library.base}.${older}` ? `${library.base}.${newer}` : `${library.base}.${older}`;
}

function find(soname: string): KnownLibrary | undefined {
  return known.find(({ base }) => soname.startsWith(`${base}.`));
}

function cudaVersionBySoname({ base, versions }: KnownLibrary, soname: string): 12 | 13 {
  return soname === `${base}.${versions[12]}` ? 12 : 13;
}
