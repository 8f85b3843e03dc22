// The files of this package that it opens by itself. Each URL is literal, because bundlers (webpack) and tracers (@vercel/nft, which Next.js
// uses) find only such files and bring them along. Each is a function, because a bundle in CommonJS form has no `import.meta.url`, and only
// a host that needs the file should hear of that; not an arrow function, inside which @vercel/nft does not look.
//
// The workers are there twice. webpack copies a file without its `package.json`: a worker that is called `.js` would be taken for CommonJS
// there, so webpack gets the one that is called `.mjs`. `import.meta.webpack` is known to webpack alone, which then drops the other branch.
//
// The CommonJS build has `packaged-files.cjs.ts` in its place, and the project's own tests `test/support/packaged-files.ts`.

declare global {
  interface ImportMeta {
    readonly webpack?: number;
  }
}

export function workerEntry(): URL {
  if (import.meta.webpack) return new URL('./worker.mjs', import.meta.url);
  return new URL('./worker.js', import.meta.url);
}

export function toolWorkerEntry(): URL {
  if (import.meta.webpack) return new URL('./tool-worker.mjs', import.meta.url);
  return new URL('./tool-worker.js', import.meta.url);
}

export function recordsWorkerEntry(): URL {
  if (import.meta.webpack) return new URL('./records-worker.mjs', import.meta.url);
  return new URL('./records-worker.js', import.meta.url);
}

export function adoptEntry(): URL {
  if (import.meta.webpack) return new URL('./adopt-process.mjs', import.meta.url);
  return new URL('./adopt-process.js', import.meta.url);
}

export function demonstrationManifest(): URL {
  return new URL('../models/visa-fraud/1/model.json', import.meta.url);
}

export function demonstrationGraph(): URL {
  return new URL('../models/visa-fraud/1/model.onnx', import.meta.url);
}

export function packageJson(): URL {
  return new URL('../package.json', import.meta.url);
}
