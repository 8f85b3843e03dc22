import { availableParallelism } from 'node:os';
import type { ReplayedBatches, ReplayTask } from '../../protocol/tools.js';
import { ToolWorker, toolGuard } from '../tool-worker.js';

interface Seat {
  worker: ToolWorker;
  /** Settles once it has nothing in hand. Never rejects. */
  free: Promise<unknown>;
  inHand: number;
}

/** Reading takes a core, too. */
const mostWorkers = 4;

/** Workers that run recorded batches. It must be closed. */
export class ReplayRunner {
  readonly #guard: ReturnType<typeof toolGuard>;
  readonly #seats: Seat[];

  /** @throws {OutOfResourcesError} where the system has no thread, or no memory for one. */
  constructor(workers = Math.min(mostWorkers, Math.max(1, availableParallelism() - 1)), signal?: AbortSignal) {
    this.#guard = toolGuard(workers);
    this.#seats = Array.from({ length: workers }, () => ({
      worker: new ToolWorker({ guard: this.#guard, signal }),
      free: Promise.resolve(),
      inHand: 0,
    }));
  }

  /** Tasks that keep all workers busy. */
  get room(): number {
    return 2 * this.#seats.length;
  }

  /** @throws as `ToolWorker.run` does. */
  run(task: Omit<ReplayTask, 'kind'>): Promise<ReplayedBatches> {
    const seat = this.#seats.reduce((best, other) => (other.inHand < best.inHand ? other : best));
    // One after the other in each worker: its buffers are those of one run.
    const result = seat.free.then(() => seat.worker.run({ kind: 'replay', ...task }));
    seat.inHand += 1;
    seat.free = result.then(
      () => {
        seat.inHand -= 1;
      },
      () => {
        seat.inHand -= 1;
      },
    );
    return result;
  }

  async close(): Promise<void> {
    await Promise.all(this.#seats.map(({ worker }) => worker.close()));
    this.#guard.dispose();
  }
}
