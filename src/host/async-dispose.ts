/**
 * The key by which `await using` finds what to call. It is undefined in vm contexts (Jest's among them) on Node.js 20 and 22; compilers
 * that lower `await using` look for the symbol of this name in the global registry there, and so does this package.
 */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
