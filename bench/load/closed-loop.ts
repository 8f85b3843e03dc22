export interface ClosedLoopOptions {
  /** Callers, each with one call outstanding. */
  callers: number;
  durationMs: number;
  call: (index: number) => Promise<unknown>;
  /** @default 1 */
  rowsPerCall?: number;
}

/**
 * Callers that each call again as soon as they are answered.
 *
 * @returns rows a second, until the last one was answered.
 */
export async function closedLoop({ callers, durationMs, call, rowsPerCall = 1 }: ClosedLoopOptions): Promise<number> {
  const start = performance.now();
  const end = start + durationMs;
  let calls = 0;
  const callAgain = async (first: number): Promise<void> => {
    for (let index = first; performance.now() < end; index += callers) {
      await call(index);
      calls += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, index) => callAgain(index)));
  return (calls * rowsPerCall * 1000) / (performance.now() - start);
}
