import { LostTask } from '../../src/pool/lost-task.js';
import type { BatchReply, BatchTask } from '../../src/protocol/serving.js';
import type { Lanes } from '../../src/scheduling/lanes.js';

/** What a row's first feature does to whoever runs it. */
export const rows = { fine: 0, failing: 1, killing: 2 } as const;

interface Held {
  task: BatchTask;
  isAlone: boolean;
  resolve: (reply: BatchReply) => void;
  reject: (loss: LostTask) => void;
}

interface Worker {
  isReady: boolean;
  held: Held[];
}

/** A pool whose workers do something when the test says so: they take as many batches as come, and die of killing rows. */
export class SimulatedPool {
  readonly #lanes: Lanes;
  readonly #workers: Worker[];
  #quiet: Worker | null = null;
  deaths = 0;
  runs = 0;

  constructor(lanes: Lanes, workers: number) {
    this.#lanes = lanes;
    this.#workers = Array.from({ length: workers }, () => ({ isReady: true, held: [] }));
  }

  get readyWorkers(): number {
    return this.#workers.filter(({ isReady }) => isReady).length;
  }

  keepQuiet(isWanted: boolean): boolean {
    if (!isWanted) this.#quiet = null;
    else if (this.#quiet?.isReady !== true) this.#quiet = this.#leastBusy();
    return this.#quiet?.held.length === 0;
  }

  run(task: BatchTask, isAlone: boolean): Promise<BatchReply> {
    const worker = isAlone ? this.#quiet : this.#leastBusy();
    if (worker?.isReady !== true) return Promise.reject(new LostTask('unsent', 'No worker was ready'));
    if (isAlone && worker.held.length > 0) throw new Error('a batch that must be alone was not');
    if (!isAlone && worker.held.some((held) => held.isAlone)) throw new Error('a batch joined one that must be alone');
    return new Promise((resolve, reject) => worker.held.push({ task, isAlone, resolve, reject }));
  }

  /**
   * Has one worker go on: with the batch it began first, or at once with the second, whose rows may kill it before the first is answered.
   *
   * @returns whether there was anything to do.
   */
  step(choice: number, isSecondFirst: boolean): boolean {
    const able = this.#workers.filter(({ isReady, held }) => !isReady || held.length > 0);
    const worker = able[choice % Math.max(able.length, 1)];
    if (worker === undefined) return false;
    const held = isSecondFirst && worker.held.length > 1 ? worker.held[1] : worker.held[0];
    if (held === undefined) worker.isReady = true;
    else this.#process(worker, held);
    return true;
  }

  #process(worker: Worker, held: Held): void {
    this.runs += 1;
    const marks = this.#marksOf(held.task);
    if (marks.includes(rows.killing)) {
      this.deaths += 1;
      worker.isReady = false;
      for (const { reject } of worker.held.splice(0)) reject(new LostTask('died', 'The worker died'));
      return;
    }
    worker.held.splice(worker.held.indexOf(held), 1);
    held.resolve(marks.includes(rows.failing) ? { error: 'no' } : { inferenceMs: 1, provider: 'cpu' });
  }

  #marksOf({ lane, rows: length }: BatchTask): number[] {
    const { maxBatchSize, stride, features, lanesAt } = this.#lanes.memory;
    const values = new Float32Array(features, lanesAt);
    return Array.from({ length }, (_, row) => values[(lane * maxBatchSize + row) * stride] ?? -1);
  }

  #leastBusy(): Worker | null {
    const free = this.#workers.filter((worker) => worker.isReady && worker !== this.#quiet);
    return free.sort((a, b) => a.held.length - b.held.length)[0] ?? null;
  }
}
