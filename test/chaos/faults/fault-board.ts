import { setEnvironmentData } from 'node:worker_threads';
import { projectPath } from '../../support/paths.js';

/** What can go wrong with one batch: the worker dies in one of three ways, stands still, or its runtime fails in one of two. */
export const faultKinds = ['exit', 'exception', 'memory', 'hang', 'slow', 'short', 'failure'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Faults that end the worker. */
export const deadlyFaults = ['exit', 'exception', 'memory'] as const satisfies readonly FaultKind[];

/**
 * A row whose first feature is one of these does it each time that it is run: it ends the worker, makes the runtime fail on its whole
 * batch, or comes out as NaN. All are exact in float32 and far from any feature of the model.
 */
export const markers = { killing: -33_554_432, failing: -67_108_864, nan: -134_217_728 } as const;
export type MarkedKind = keyof typeof markers;

const places = {
  hangMs: 0,
  slowMs: 1,
  /** Changes when all that stand still are let go. */
  release: 2,
  killedByRow: 3,
  faults: Object.fromEntries(faultKinds.map((kind, index) => [kind, { due: 4 + index * 2, fired: 5 + index * 2 }])),
};

/**
 * Tells the workers of `fixtures/workers/faulty-worker.mjs` what goes wrong. A fault is due for the next batch that any worker takes,
 * and is gone then; nothing depends on time.
 */
export class FaultBoard {
  readonly workerFile = projectPath('test/fixtures/workers/faulty-worker.mjs');
  readonly #words = new Int32Array(new SharedArrayBuffer((4 + faultKinds.length * 2) * Int32Array.BYTES_PER_ELEMENT));

  /** Must be made before the scorer; the scorers made after it hear it, and the replacements of their workers. One at a time. */
  constructor({ hangMs = 3_000, slowMs = 30 }: { hangMs?: number; slowMs?: number } = {}) {
    this.#words[places.hangMs] = hangMs;
    this.#words[places.slowMs] = slowMs;
    setEnvironmentData('chaos', { words: this.#words, places, markers });
  }

  /** So many more batches have this fault. */
  add(kind: FaultKind, batches = 1): void {
    Atomics.add(this.#words, placeOf(kind).due, batches);
  }

  /** Batches that are still to have this fault. */
  due(kind: FaultKind): number {
    return Atomics.load(this.#words, placeOf(kind).due);
  }

  /** Batches that had this fault. */
  fired(kind: FaultKind): number {
    return Atomics.load(this.#words, placeOf(kind).fired);
  }

  /** How often a marked row has ended a worker. */
  get killedByRow(): number {
    return Atomics.load(this.#words, places.killedByRow);
  }

  /** Workers that were ended, as far as this board had a hand in it. */
  get killed(): number {
    return deadlyFaults.reduce((sum, kind) => sum + this.fired(kind), this.killedByRow);
  }

  /** What is due is so no more, and all that stand still go on. */
  calm(): void {
    for (const kind of faultKinds) Atomics.store(this.#words, placeOf(kind).due, 0);
    Atomics.add(this.#words, places.release, 1);
    Atomics.notify(this.#words, places.release);
  }
}

function placeOf(kind: FaultKind): { due: number; fired: number } {
  const place = places.faults[kind];
  if (place === undefined) throw new Error(`no place for ${kind}`);
  return place;
}
