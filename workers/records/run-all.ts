/** Runs every step, also after one that fails. @returns what the first failure threw; null where none failed. */
export function runAll(steps: readonly (() => void)[]): { error: unknown } | null {
  let failure: { error: unknown } | null = null;
  for (const step of steps) {
    try {
      step();
    } catch (error) {
      failure ??= { error };
    }
  }
  return failure;
}
