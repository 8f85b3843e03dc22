// What `src/packaged-files.ts` is where tests run the sources: the workers are in `dist`, where `test/global-setup.ts` builds them.

export function workerEntry(): URL {
  return new URL('../../dist/worker.js', import.meta.url);
}

export function toolWorkerEntry(): URL {
  return new URL('../../dist/tool-worker.js', import.meta.url);
}

export function recordsWorkerEntry(): URL {
  return new URL('../../dist/records-worker.js', import.meta.url);
}

export function adoptEntry(): URL {
  return new URL('../../dist/adopt-process.js', import.meta.url);
}

export function demonstrationManifest(): URL {
  return new URL('../../models/visa-fraud/1/model.json', import.meta.url);
}

export function demonstrationGraph(): URL {
  return new URL('../../models/visa-fraud/1/model.onnx', import.meta.url);
}

export function packageJson(): URL {
  return new URL('../../package.json', import.meta.url);
}
