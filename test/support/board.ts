import { setImmediate as turn } from 'node:timers/promises';
import { setEnvironmentData } from 'node:worker_threads';
import { projectPath } from './paths.js';

/** Words of shared memory between a test and its worker's fixture. */
export const places = {
  startsToFail: 0,
  hangs: 1,
  hanging: 2,
  released: 3,
  /** Starts that are to block before the real worker is imported. */
  blocksInFile: 4,
  /** Starts that are to block while the runtime loads the model. */
  blocksInRuntime: 5,
  /** Starts that have blocked. */
  blocked: 6,
} as const;

type Place = keyof typeof places;

/** The test's end of the board that the fixtures in `fixtures/workers` read: it reaches workers that are not started yet too. */
export class WorkerBoard {
  readonly #words = new Int32Array(new SharedArrayBuffer(Object.keys(places).length * 4));

  /** Must be made before the scorer, whose workers are given it when they start. */
  constructor() {
    setEnvironmentData('board', this.#words);
  }

  static workerFile(name: 'blocking' | 'blocking-tool' | 'hanging' | 'poisoned' | 'stillborn' | 'warming'): string {
    return projectPath(`test/fixtures/workers/${name}-worker.mjs`);
  }

  set(place: Place, value: number): void {
    Atomics.store(this.#words, places[place], value);
    Atomics.notify(this.#words, places[place]);
  }

  /** Resolves once the word has this value: `Atomics.wait` would block the very loop that is tested. */
  async becomes(place: Place, value: number): Promise<void> {
    while (Atomics.load(this.#words, places[place]) !== value) await turn();
  }
}
