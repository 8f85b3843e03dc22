// Removes the ONNX runtime's binaries of other systems from node_modules. Run it in the project, on the system that will run the host:
// node prune-runtime.mjs
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const runtime = 'node_modules/onnxruntime-node/bin/napi-v6';

/** Removes all entries of a folder except one. */
async function keepOnly(folder, name) {
  const entries = await readdir(folder);
  if (!entries.includes(name)) throw new Error(`${folder}: expected ${name}, found ${entries.join(', ')}`);
  for (const entry of entries) if (entry !== name) await rm(join(folder, entry), { recursive: true });
}

await keepOnly(runtime, process.platform);
await keepOnly(join(runtime, process.platform), process.arch);
