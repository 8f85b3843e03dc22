import { setImmediate as turn } from 'node:timers/promises';
import { setEnvironmentData } from 'node:worker_threads';
import { projectPath } from './paths.js';

const states = { working: 0, held: 1, failing: 2, missing: 3, refusing: 4 } as const;

/** The test's end of the board that `fixtures/workers/device-worker.mjs` reads: what each of two CUDA devices that are none does. */
export class DeviceBoard {
  readonly workerFile = projectPath('test/fixtures/workers/device-worker.mjs');
  readonly #words = new Int32Array(new SharedArrayBuffer(6 * Int32Array.BYTES_PER_ELEMENT));

  /** Must be made before the scorer, whose workers are given it when they start. */
  constructor() {
    setEnvironmentData('devices', this.#words);
  }

  set(device: 0 | 1, state: keyof typeof states): void {
    Atomics.store(this.#words, device * 3, states[state]);
  }

  /** Tasks that workers of the device have answered. */
  answered(device: 0 | 1): number {
    return Atomics.load(this.#words, device * 3 + 1);
  }

  /** Workers of the device that were started. */
  starts(device: 0 | 1): number {
    return Atomics.load(this.#words, device * 3 + 2);
  }

  /** Resolves once so many workers of the device were started. */
  async started(device: 0 | 1, workers: number): Promise<void> {
    const start = performance.now();
    while (this.starts(device) < workers) {
      if (performance.now() - start > 20_000) throw new Error(`expected ${workers} starts within 20 s`);
      await turn();
    }
  }
}
