import type * as OnnxRuntime from 'onnxruntime-node';
import { shortageOf } from '../../src/host/shortage.js';

let loaded: typeof OnnxRuntime | null = null;

/** The ONNX runtime cannot be loaded into this process. The message says why, and what would help. */
export class RuntimeMissingError extends Error {}

/**
 * Loads the ONNX runtime, once. No other file of `workers/` imports it, except for types: a static import that fails would end the worker
 * before it can report the reason.
 *
 * @throws {RuntimeMissingError} if it cannot be loaded.
 */
export async function loadRuntime(): Promise<typeof OnnxRuntime> {
  if (loaded !== null) return loaded;
  try {
    const ort = await import('onnxruntime-node');
    // The runtime writes lines to the host's standard error. The host gets its problems as errors instead.
    ort.env.logLevel = 'fatal';
    loaded = ort;
    return ort;
  } catch (error) {
    if (shortageOf(error) !== null) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const plain = message.replace(/\s+/g, ' ').trim();
    throw new RuntimeMissingError(`the ONNX runtime cannot be loaded: ${plain}: ${cureOf(plain)}`, { cause: error });
  }
}

/** @returns the runtime that `loadRuntime` has loaded. */
export function runtime(): typeof OnnxRuntime {
  if (loaded === null) throw new Error('the runtime was used before it was loaded');
  return loaded;
}

/** Advice by message of the loader or of Node.js. The first match counts. */
const cures: readonly [RegExp, string][] = [
  [
    /Cannot find (?:package|module) '(?:onnxruntime|@)|ERR_MODULE_NOT_FOUND/,
    'install onnxruntime-node where the worker finds it; a host that bundles keeps it out of the bundle, and Next.js is told to trace it (docs/bundlers.md in the repository says how)',
  ],
  [
    /version [`'"]VERS_/,
    'another version of it is loaded in this process: let all packages use the same (npm ls onnxruntime-node), or load the other in a process of its own',
  ],
  [
    /\bld-linux|Error (?:loading shared library|relocating)|\bmusl\b/,
    'it needs glibc, which Alpine and other systems with musl do not have: use an image with glibc, Debian for example',
  ],
  [/\b(?:GLIBC|GLIBCXX|CXXABI)_/, "it needs a newer C or C++ library than this system's: use a newer image"],
  [
    /invalid ELF header|wrong architecture|not a valid Win32|not a mach-o|bin[\\/]napi-v\d+[\\/]/i,
    'it is not installed for this platform, or not completely: install the packages on this platform (npm ci)',
  ],
];

function cureOf(message: string): string {
  const cure = cures.find(([pattern]) => pattern.test(message))?.[1];
  return cure ?? 'install onnxruntime-node again (npm ci)';
}
