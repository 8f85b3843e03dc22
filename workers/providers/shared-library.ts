import { constants } from 'node:os';

/**
 * Why the system's loader can't load a shared library, with all that it needs; null where it can.
 *
 * @param library a path, or a soname that is looked for where the loader looks.
 */
export function loadProblem(library: string): string | null {
  try {
    // Bound lazily, a provider that calls a function nobody has as it is loaded would end the process.
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // It is no addon: that Node.js says so means that it was loaded.
    return /did not self-register/i.test(message) ? null : message;
  }
}

/** The library that the loader did not find, of a `loadProblem`; null where it is another problem. */
export function missingLibrary(problem: string): string | null {
  return /^([^\s:]+): cannot open shared object file: No such file/.exec(problem)?.[1] ?? null;
}
