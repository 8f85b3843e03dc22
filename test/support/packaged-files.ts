// What `src/packaged-files.ts` is where tests run the sources: the workers are in `dist`, where `test/global-setup.ts` builds them.

export const workerEntry = (): URL => new URL('../../dist/worker.js', import.meta.url);
export const toolWorkerEntry = (): URL => new URL('../../dist/tool-worker.js', import.meta.url);
export const demonstrationManifest = (): URL => new URL('../../models/visa-fraud/1/model.json', import.meta.url);
export const demonstrationGraph = (): URL => new URL('../../models/visa-fraud/1/model.onnx', import.meta.url);
export const packageJson = (): URL => new URL('../../package.json', import.meta.url);
