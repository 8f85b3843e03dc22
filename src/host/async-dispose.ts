/**
 * The key by which `await using` finds the method to call. In vm contexts (such as Jest's) on Node.js 20 and 22 it is undefined. There,
 * compilers that lower `await using` look up the symbol of this name in the global registry, and this package does the same.
 */
export const asyncDispose: typeof Symbol.asyncDispose = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
