/** The part of WebAssembly that is used here. Node.js's own types leave it to the browser's types. */
declare namespace WebAssembly {
  class Memory {
    /** @param descriptor.initial pages of 64 KiB. */
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(binary: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, unknown>;
  }
}
