import { isOutOfMemory, shortageOf } from '../../src/host/shortage.js';

/** The meaning of CUDA's error codes for operators of a host (`cudaError_t` of the CUDA runtime API). */
const meanings: Readonly<Record<string, string>> = {
  2: 'the device has no memory left',
  35: 'the NVIDIA driver is missing, or older than this version of CUDA needs',
  46: 'all devices are busy or in a mode that forbids it',
  100: 'there is no CUDA device',
  101: 'there is no device of this id: see `devices`, and CUDA_VISIBLE_DEVICES',
  209: 'the provider has no machine code for this GPU',
  802: 'the device is not ready yet: is the fabric manager running?',
  803: "the NVIDIA driver's kernel module and its libraries are of different versions: reboot, or update the container toolkit",
  804: 'the CUDA compatibility package does not fit this GPU',
};

/** The place in the runtime's sources, before CUDA's own message. */
const sourcePrefix = /^(?:[A-Za-z]:)?[\\/].*?(?=\b(?:CUDA|CUBLAS|CUDNN|CURAND|CUFFT) (?:failure|error)\b)/;

/** Why a session could not be opened or run, from the runtime's message. It has one line, without the place in the runtime's sources. */
export function sessionFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const plain = message
    .replace(/\s+/g, ' ')
    .replace(sourcePrefix, '')
    .replace(/ ?; ?(hostname|file|line|expr)=.*$/, '');
  const code = /CUDA(?: failure| error|_ERROR_\w+)\s*:?\s*(\d+)/i.exec(plain)?.[1];
  const meaning = code === undefined ? undefined : meanings[code];
  if (meaning !== undefined) return `${meaning} (${plain})`;
  if (/Failed to load shared library/.test(plain)) {
    return `the runtime can't load the provider, though the loader can: it may be of another version or build (${plain})`;
  }
  return plain;
}

/**
 * Whether a runtime error is about the device and not about the input. After most of these errors nothing runs on the device any more. Lack
 * of memory does not count, because a smaller batch may fit.
 */
export function isDeviceFailure(message: string): boolean {
  if (isOutOfMemory(message)) return false;
  return /\b(CUDA|CUBLAS|CUDNN|CURAND|CUFFT|NVRTC)\w*[ _](failure|error)\b|\bcudaError\w+|\bTensorRT EP execution/i.test(
    message,
  );
}

/**
 * Whether nothing can run on the device any more in this process. CUDA's errors 700 to 719 come from kernels that ran, and make its context
 * unusable (CUDA runtime API). 214 is an uncorrectable memory error.
 */
export function isDeviceLost(message: string): boolean {
  const code = Number(/\bCUDA (?:failure|error):? (\d+)/i.exec(message)?.[1]);
  return (code >= 700 && code <= 719) || code === 214;
}

/** Whether a model could not be loaded or run for a reason other than the provider, the device, or a lack of resources. */
export function mayBeOfModel(error: unknown): boolean {
  const message = error instanceof Error ? error.message : String(error);
  return !isDeviceFailure(message) && shortageOf(error) === null && !/Failed to load shared library/.test(message);
}

/** Whether a session was refused because some of its nodes would have run on the CPU. */
export function isPlacementFailure(error: unknown): boolean {
  return error instanceof Error && /fallback to CPU EP/i.test(error.message);
}
