/** A session that was opened and tried out. */
export interface TriedSession<T> {
  session: { release(): Promise<void> };
  result: T;
  /** What is to be known of it though it works. */
  note: string | null;
  /** How far its outputs are from the CPU's, as a share of their size; null where that is not known. */
  difference: number | null;
}

/**
 * The largest difference from the CPU that float32's own rounding explains, as a share of the outputs' size (root mean square). Seen: 1e-7 in
 * float32, 3e-4 in TF32.
 */
export const float32Difference = 2e-5;

/** A session in a hundred rounded to TF32 where one was seen to: three in a row would be one start in a million. */
const maxTries = 3;

/**
 * Opens a session that computes as the CPU does, and opens it again where it does not.
 *
 * `NVIDIA_TF32_OVERRIDE=0` forbids TF32, which keeps 10 of float32's 23 bits of mantissa. But cuBLAS 13.0 leaves a field of each new handle as the
 * memory was, and where that happens to hold a 1 the handle ignores the variable: such a session gave scores up to 1e-3 off, for as long as it
 * lived, on an H100 (`bench/gpu/README.md`). The runtime for Node.js takes no option against it. A session that is given up is kept until
 * another is there: the next handle would else get the same memory.
 *
 * @param open which opens a session and tries it out.
 * @param tries the most. @default 3
 * @returns the session that is nearest to the CPU, with a note where it is not near, or was not the first. The others are released.
 * @throws whatever the first `open` throws. What a later one throws only ends the trying: a session is there.
 */
export async function openPreciseSession<S extends TriedSession<unknown>>(
  open: () => Promise<S>,
  tries = maxTries,
): Promise<S> {
  const tried = [await open()];
  let best = tried[0] as S;
  while (tried.length < tries && !isPrecise(best)) {
    const next = await open().catch(() => null);
    if (next === null) break;
    tried.push(next);
    if ((next.difference ?? 0) < (best.difference ?? 0)) best = next;
  }
  for (const other of tried) if (other !== best) await other.session.release();
  const notes = [best.note, noteOn(best, tried.length)].filter((note) => note !== null);
  return { ...best, note: notes.length === 0 ? null : notes.join('; ') };
}

function isPrecise({ difference }: TriedSession<unknown>): boolean {
  return difference === null || difference <= float32Difference;
}

function noteOn(best: TriedSession<unknown>, tries: number): string | null {
  if (!isPrecise(best)) {
    const share = (best.difference ?? 0).toPrecision(1);
    return `its outputs differ from the CPU's by ${share} of their size, which is more than rounding to float32: TF32, float16 or integer arithmetic`;
  }
  if (tries === 1) return null;
  return `the session was opened ${tries} times: one before rounded to less than float32, as sessions do that use TF32`;
}
