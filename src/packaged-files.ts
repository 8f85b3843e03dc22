// The files of this package that it opens by itself. Each URL is literal, because bundlers (webpack) and tracers (@vercel/nft, which Next.js
// uses) find only such files and bring them along. Each is a function, because a bundle in CommonJS form has no `import.meta.url`, and only
// a host that needs the file should hear of that.
//
// The CommonJS build has `packaged-files.cjs.ts` in its place, and the project's own tests `test/support/packaged-files.ts`.

export const workerEntry = (): URL => new URL('./worker.js', import.meta.url);
export const toolWorkerEntry = (): URL => new URL('./tool-worker.js', import.meta.url);
export const demonstrationManifest = (): URL => new URL('../models/visa-fraud/1/model.json', import.meta.url);
export const demonstrationGraph = (): URL => new URL('../models/visa-fraud/1/model.onnx', import.meta.url);
export const packageJson = (): URL => new URL('../package.json', import.meta.url);
