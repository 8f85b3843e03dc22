import { pathToFileURL } from 'node:url';

// What `packaged-files.ts` is in the CommonJS build: tracers follow `__dirname` with a literal behind it.

export function workerEntry(): URL {
  return pathToFileURL(`${__dirname}/worker.js`);
}

export function toolWorkerEntry(): URL {
  return pathToFileURL(`${__dirname}/tool-worker.js`);
}

export function recordsWorkerEntry(): URL {
  return pathToFileURL(`${__dirname}/records-worker.js`);
}

export function adoptEntry(): URL {
  return pathToFileURL(`${__dirname}/adopt-process.js`);
}

export function demonstrationManifest(): URL {
  return pathToFileURL(`${__dirname}/../models/visa-fraud/1/model.json`);
}

export function demonstrationGraph(): URL {
  return pathToFileURL(`${__dirname}/../models/visa-fraud/1/model.onnx`);
}

export function packageJson(): URL {
  return pathToFileURL(`${__dirname}/../package.json`);
}
