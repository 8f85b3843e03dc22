import { workerData } from 'node:worker_threads';

// Wakes the host's event loop every so often. Sleeping on a word of its own that nobody changes is the finest timer there is;
// plain JavaScript, as it shall start at once and hold nothing.
const { tick, tickMs } = workerData;
const nobody = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  Atomics.wait(nobody, 0, 0, tickMs);
  Atomics.add(tick, 0, 1);
  Atomics.notify(tick, 0);
}
