import { parentPort, workerData } from 'node:worker_threads';
import * as ort from 'onnxruntime-node';

// The limit: the runtime alone in a thread, batch after batch, with nothing around it.
const { modelPath, inputs, batchSize } = workerData;
const session = await ort.InferenceSession.create(modelPath, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const feeds = Object.fromEntries(
  inputs.map(({ name, size }) => {
    const values = Float32Array.from({ length: batchSize * size }, (_, index) => Math.sin(index));
    return [name, new ort.Tensor('float32', values, [batchSize, size])];
  }),
);
for (let run = 0; run < 20; run += 1) await session.run(feeds);

parentPort?.on('message', async (durationMs) => {
  const end = performance.now() + durationMs;
  let rows = 0;
  while (performance.now() < end) {
    await session.run(feeds);
    rows += batchSize;
  }
  parentPort?.postMessage(rows);
});
parentPort?.postMessage('ready');
