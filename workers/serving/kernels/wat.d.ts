/** WebAssembly in its text form, as the build turns it into a binary: see `wat-plugin.ts`. */
declare module '*.wat' {
  const binary: Uint8Array;
  export default binary;
}
