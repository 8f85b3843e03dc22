import { addressSpace, memoryLeftMb } from '../host/memory-limits.js';
import { finiteBinary } from './kernels/finite.js';

const pageBytes = 65_536;

/** Values that are checked at once. They fit into the processor's first-level cache. */
const blockValues = 8_192;

/** Values that the kernel checks together. */
const groupValues = 8;

/** See `kernels/finite.wat`. Addresses are in bytes. */
type Finite = (at: number, end: number) => number;

interface Block {
  values: Float32Array;
  finite: Finite;
}

/** undefined before the first call; null if WebAssembly memory is not available. */
let block: Block | null | undefined;

/**
 * Whether all values are finite. The values are copied into WebAssembly memory and checked with vector instructions, which takes less than
 * half the time of JavaScript. A WebAssembly memory reserves up to 10 GB of address space. If the address space is limited (`ulimit -v`),
 * JavaScript checks the values instead.
 *
 * @param first index of the first value.
 * @param last index after the last value.
 */
export function areFinite(values: Float32Array, first: number, last: number): boolean {
  if (block === undefined) block = makeBlock();
  return block === null ? areFiniteInPlace(values, first, last) : areFiniteInBlock(block, values, first, last);
}

function areFiniteInBlock({ values: copy, finite }: Block, values: Float32Array, first: number, last: number): boolean {
  for (let from = first; from < last; from += blockValues) {
    const count = Math.min(blockValues, last - from);
    copy.set(values.subarray(from, from + count));
    const whole = Math.ceil(count / groupValues) * groupValues;
    copy.fill(0, count, whole);
    if (finite(0, whole * Float32Array.BYTES_PER_ELEMENT) === 0) return false;
  }
  return true;
}

function areFiniteInPlace(values: Float32Array, first: number, last: number): boolean {
  for (let index = first; index < last; index += 1) if (!Number.isFinite(values[index])) return false;
  return true;
}

function makeBlock(): Block | null {
  // The reserved address space would be missing elsewhere.
  if (memoryLeftMb(addressSpace) !== null) return null;
  try {
    const bytes = blockValues * Float32Array.BYTES_PER_ELEMENT;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const kernel = new WebAssembly.Module(Buffer.from(finiteBinary, 'base64'));
    const { finite } = new WebAssembly.Instance(kernel, { host: { memory } }).exports;
    if (typeof finite !== 'function') throw new Error('the kernel has no finite');
    return { values: new Float32Array(memory.buffer, 0, blockValues), finite: (at, end) => finite(at, end) };
  } catch {
    // There is no memory for it, or Node.js runs without WebAssembly (`--jitless`).
    return null;
  }
}
