/** A session that was opened and tried. */
export interface TriedSession<T> {
  session: { release(): Promise<void> };
  result: T;
  /** A remark about a session that works. */
  note: string | null;
  /** The difference of its outputs from the CPU's, relative to their size; null if it is not known. */
  difference: number | null;
}

/**
 * The largest difference from the CPU that rounding in float32 explains, relative to the outputs' size (root mean square). Measured: 1e-7
 * in float32, 3e-4 in TF32.
 */
export const float32Difference = 2e-5;

/** On the affected machine, about one session in a hundred used TF32. Three in a row would happen in one start in a million. */
const maxTries = 3;

/**
 * Opens a session that computes as accurately as the CPU, and opens it again if it does not.
 *
 * `NVIDIA_TF32_OVERRIDE=0` forbids TF32, which keeps only 10 of float32's 23 mantissa bits. But cuBLAS 13.0 does not initialise a field of
 * each new handle. If the memory there happens to hold a 1, the handle ignores the variable. On an H100, such a session gave scores that
 * were up to 1e-3 off, as long as it lived (`bench/gpu/README.md`). The Node.js runtime has no option against it. A rejected session is
 * kept until the next one is open, because otherwise the next handle would get the same memory.
 *
 * @param open opens a session and tries it.
 * @param tries the most attempts. @default 3
 * @returns the session nearest to the CPU. It has a note if it is not near, or was not the first. The other sessions are released.
 * @throws what the first `open` throws. If a later one throws, the attempts end, because there is already a session.
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
