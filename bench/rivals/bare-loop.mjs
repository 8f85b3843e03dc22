import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

// The limit: the runtime alone in a thread, batch after batch, with nothing around it. Where it is fed, each batch's features are
// copied from so many rows in turn, as they come from somewhere: the limit of what has to look at its input.
const { modelPath, inputs, batchSize, fedRows, providers } = workerData;
const session = await ort.InferenceSession.create(modelPath, {
  executionProviders: providers,
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
});
const values = (rows, size) => Float32Array.from({ length: rows * size }, (_, index) => Math.sin(index));
const feeds = Object.fromEntries(
  inputs.map(({ name, size }) => [name, new ort.Tensor('float32', values(batchSize, size), [batchSize, size])]),
);
const sources = fedRows === 0 ? [] : inputs.map(({ name, size }) => ({ name, size, values: values(fedRows, size) }));
let row = 0;

function feed() {
  for (const { name, size, values } of sources) {
    feeds[name].data.set(values.subarray(row * size, (row + batchSize) * size));
  }
  if (fedRows > 0) row = (row + batchSize) % fedRows;
}

for (let run = 0; run < 20; run += 1) await session.run(feeds);

parentPort?.on('message', async (durationMs) => {
  if (durationMs === 'release') {
    await session.release();
    parentPort?.close();
    return;
  }
  const end = performance.now() + durationMs;
  let rows = 0;
  while (performance.now() < end) {
    feed();
    await session.run(feeds);
    rows += batchSize;
  }
  parentPort?.postMessage(rows);
});
parentPort?.postMessage('ready');
