import { addressSpace, memoryLeftMb } from '../host/memory-limits.js';
import { finiteBinary } from './kernels/finite.js';

const pageBytes = 65_536;

/** Values looked at at once: few enough to stay in the processor's nearest cache while they are. */
const blockValues = 8_192;

/** The kernel looks at so many together. */
const groupValues = 8;

/** See `kernels/finite.wat`; addresses are in bytes. */
type Finite = (at: number, end: number) => number;

interface Block {
  values: Float32Array;
  finite: Finite;
}

/** undefined before the first call; null where there is no WebAssembly memory. */
let block: Block | null | undefined;

/**
 * Whether some float32 values are finite. Copied into WebAssembly's memory and looked at by its vector instructions they take less
 * than half the time that JavaScript takes. A WebAssembly memory reserves up to 10 GB of address space: where that is limited
 * (`ulimit -v`), JavaScript looks at them.
 *
 * @param first the first to look at, @param last behind the last of them.
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
  // What its memory reserves would be missing elsewhere.
  if (memoryLeftMb(addressSpace) !== null) return null;
  try {
    const bytes = blockValues * Float32Array.BYTES_PER_ELEMENT;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    const kernel = new WebAssembly.Module(Buffer.from(finiteBinary, 'base64'));
    const { finite } = new WebAssembly.Instance(kernel, { host: { memory } }).exports;
    if (typeof finite !== 'function') throw new Error('the kernel has no finite');
    return { values: new Float32Array(memory.buffer, 0, blockValues), finite: (at, end) => finite(at, end) };
  } catch {
    // No memory for it, or a Node.js without WebAssembly (`--jitless`).
    return null;
  }
}
