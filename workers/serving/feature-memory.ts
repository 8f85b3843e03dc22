import { addressSpace, memoryLeftMb } from '../../src/host/memory-limits.js';
import { type Normalise, plainNormalise, webAssemblyNormalise } from './kernels/normalise.js';

const pageBytes = 65_536;

/** Each part begins at a multiple of this, because vectors are read in such units. */
const alignment = 16;

/**
 * The memory in which features are gathered and normalised, in one piece. It is WebAssembly memory, whose vector instructions normalise in
 * a seventh of the time. A WebAssembly memory reserves up to 10 GB of address space, however small it is. If the address space is limited
 * (`ulimit -v`), this is a plain buffer, and JavaScript computes the same.
 */
export class FeatureMemory {
  readonly buffer: ArrayBuffer;
  readonly normalise: Normalise;
  #taken = 0;

  /**
   * @param bytes the sum of all parts, each rounded up by `roundedUp`.
   * @throws {RangeError} if there is not enough memory.
   */
  constructor(bytes: number) {
    const memory = webAssemblyMemory(bytes);
    if (memory === null) {
      this.buffer = new ArrayBuffer(roundedUp(bytes));
      this.normalise = plainNormalise(this.buffer);
    } else {
      ({ buffer: this.buffer, normalise: this.normalise } = memory);
    }
  }

  /** @returns the address of a new part. */
  take(bytes: number): number {
    const address = this.#taken;
    this.#taken += roundedUp(bytes);
    if (this.#taken > this.buffer.byteLength) throw new Error('more feature memory was taken than there is');
    return address;
  }
}

/** The bytes that a part of this length takes. */
export function roundedUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** null if it is not available or would do harm, for example above 4 GiB, or in a Node.js without WebAssembly (`--jitless`). */
function webAssemblyMemory(bytes: number): Pick<FeatureMemory, 'buffer' | 'normalise'> | null {
  // The reserved address space would be missing elsewhere.
  if (memoryLeftMb(addressSpace) !== null) return null;
  try {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    return { buffer: memory.buffer, normalise: webAssemblyNormalise(memory) };
  } catch {
    return null;
  }
}
