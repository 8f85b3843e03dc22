import normaliseBinary from './normalise.wat';

/** Computes (x − mean) · scale for one input's columns of some rows. Addresses and the stride are in bytes: see `normalise.wat`. */
export type Normalise = (
  from: number,
  stride: number,
  rows: number,
  size: number,
  mean: number,
  scale: number,
  to: number,
) => void;

/** @throws {RangeError} if there is no memory to compile it. */
export function webAssemblyNormalise(memory: WebAssembly.Memory): Normalise {
  const module = new WebAssembly.Module(normaliseBinary);
  const { normalise } = new WebAssembly.Instance(module, { host: { memory } }).exports;
  if (typeof normalise !== 'function') throw new Error('the kernel has no normalise');
  return normalise as Normalise;
}

/**
 * The same in JavaScript, with bit-identical results: both compute in float64 and round once to float32. It takes seven times as long.
 *
 * @param buffer its length is a multiple of 8.
 */
export function plainNormalise(buffer: ArrayBuffer): Normalise {
  const floats = new Float32Array(buffer);
  const doubles = new Float64Array(buffer);
  return (from, stride, rows, size, mean, scale, to) => {
    const [firstMean, firstScale] = [mean / 8, scale / 8];
    let target = to / 4;
    for (let row = 0; row < rows; row += 1) {
      const source = (from + row * stride) / 4;
      for (let column = 0; column < size; column += 1) {
        const difference = (floats[source + column] as number) - (doubles[firstMean + column] as number);
        floats[target++] = difference * (doubles[firstScale + column] as number);
      }
    }
  };
}
