/** What is used of WebAssembly, whose values Node.js's own types leave to the browser's. */
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
