import { pathToFileURL } from 'node:url';

// What `packaged-files.ts` is in the CommonJS build: tracers follow `__dirname` with a literal behind it.

export const workerEntry = (): URL => pathToFileURL(`${__dirname}/worker.js`);
export const toolWorkerEntry = (): URL => pathToFileURL(`${__dirname}/tool-worker.js`);
export const demonstrationManifest = (): URL => pathToFileURL(`${__dirname}/../models/visa-fraud/1/model.json`);
export const demonstrationGraph = (): URL => pathToFileURL(`${__dirname}/../models/visa-fraud/1/model.onnx`);
