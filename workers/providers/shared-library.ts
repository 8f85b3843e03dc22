import { constants } from 'node:os';

/**
 * Why the system's loader cannot load a shared library with its dependencies; null if it can.
 *
 * @param library a path, or a soname that is searched for where the loader searches.
 */
export function loadProblem(library: string): string | null {
  try {
    // Bind lazily: otherwise a provider that calls a missing function while it is loaded would end the process.
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW);
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // It is not an addon. If Node.js says so, the library was loaded.
    return /did not self-register/i.test(message) ? null : message;
  }
}

/** The library that the loader did not find, from a result of `loadProblem`; null if there is another problem. */
export function missingLibrary(problem: string): string | null {
  return /^([^\s:]+): cannot open shared object file: No such file/.exec(problem)?.[1] ?? null;
}
