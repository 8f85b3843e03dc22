/** WebAssembly text, which the build turns into a binary: see `wat-plugin.ts`. */
declare module '*.wat' {
  const binary: Uint8Array;
  export default binary;
}
